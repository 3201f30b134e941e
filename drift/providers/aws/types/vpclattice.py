"""Amazon VPC Lattice: service networks, and the VPCs that are in them."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import name_of_arn, tags

GONE = frozenset({"ResourceNotFoundException"})
TAGS = Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": "arn"}, gone=GONE)

SERVICE_NETWORK = ResourceType(
    name="aws_vpclattice_service_network",
    service="vpc-lattice",
    list=Call(op="ListServiceNetworks", take="items"),
    describe=(
        # one call of each kind for each managed network: associations are listed by network, or by VPC, alone
        Call(op="GetServiceNetwork", into="Network", bind={"serviceNetworkIdentifier": "arn"}, gone=GONE),
        Call(op="ListServiceNetworkVpcAssociations", take="items", into="Vpcs",
             bind={"serviceNetworkIdentifier": "arn"}),
        TAGS,
    ),
    id=text("id"),
    label="name",
    # those that another account shares with us are listed, too
    account="account(arn)",
    computed={"arn": text("arn")},
    attributes={
        "name":      text("name"),
        "auth_type": text("Network.authType", default="NONE"),
        "tags":      tags("Tags"),
    },
)

VPC_ASSOCIATION = ResourceType(
    name="aws_vpclattice_service_network_vpc_association",
    service="vpc-lattice",
    list=Within("aws_vpclattice_service_network", each="Vpcs[]"),
    describe=(
        # one call for each managed association
        Call(op="GetServiceNetworkVpcAssociation", into="Association", gone=GONE,
             bind={"serviceNetworkVpcAssociationIdentifier": "id"}),
        TAGS,
    ),
    id=text("id"),
    label="vpc_identifier",
    exists="status != 'DELETE_IN_PROGRESS'",
    computed={"arn": text("arn"), "created_by": text("createdBy")},
    attributes={
        # either may be given by id or by ARN
        "service_network_identifier": name_of_arn("serviceNetworkId"),
        "vpc_identifier":             name_of_arn("vpcId"),
        "security_group_ids":         set_of(values.text, "Association.securityGroupIds"),
        "tags":                       tags("Tags"),
    },
    parent=Parent("service_network_identifier", to="aws_vpclattice_service_network"),
    refs=(Ref("vpc_identifier", to="aws_vpc"), Ref("security_group_ids[]", to="aws_security_group")),
)
