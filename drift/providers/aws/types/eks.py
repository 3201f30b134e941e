"""Amazon EKS."""

from __future__ import annotations

from drift.normalize.values import number as as_number
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, document, flag, list_of, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, ChangedBy, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, own_log_groups, tags
from drift.providers.aws.owners import of_stack

GONE = frozenset({"ResourceNotFoundException"})


def size(at: str) -> Attr:
    """A number of which the provider writes 0 where nobody set it and EKS chooses."""
    return attr(at, lambda value: as_number(value) or None, assigned=True)


def _names(op: str, into: str, member: str) -> Call:
    """What one cluster has of something: EKS answers for one cluster at a time."""
    return Call(op=op, take=f"{member}[].{{name: @}}", into=into, bind={"clusterName": "name"}, gone=GONE)


def _of_cluster(op: str, into: str, argument: str) -> Call:
    """One call for each: EKS describes nothing in batches."""
    member = {"addonName": "addon", "nodegroupName": "nodegroup", "fargateProfileName": "fargateProfile",
              "principalArn": "accessEntry"}[argument]
    return Call(op=op, take=member, into=into, bind={"clusterName": "parent.name", argument: "name"}, gone=GONE)


CLUSTER = ResourceType(
    name="aws_eks_cluster",
    not_imported=frozenset({"bootstrap_self_managed_addons"}),
    service="eks",
    list=Call(op="ListClusters", take="clusters[].{name: @}"),
    describe=(
        Call(op="DescribeCluster", take="cluster", into="Cluster", bind={"name": "name"}, gone=GONE),
        _names("ListNodegroups", "Nodegroups", "nodegroups"),
        _names("ListAddons", "Addons", "addons"),
        _names("ListFargateProfiles", "FargateProfiles", "fargateProfileNames"),
        # before access entries, a cluster kept who may enter in a ConfigMap of its own
        Call(op="ListAccessEntries", take="accessEntries[].{name: @}", into="AccessEntries",
             bind={"clusterName": "name"}, gone=GONE, absent=frozenset({"InvalidRequestException"})),
        Call(op="ListIdentityProviderConfigs", take="identityProviderConfigs", into="IdentityProviderConfigs",
             bind={"clusterName": "name"}, gone=GONE),
        Call(op="ListPodIdentityAssociations", take="associations", into="PodIdentities", bind={"clusterName": "name"},
             gone=GONE),
    ),
    id=text("name"),
    import_id="name",
    label="name",
    computed={
        "arn":        text("Cluster.arn"),
        "endpoint":   text("Cluster.endpoint"),
        # user guide, "Send control plane logs to CloudWatch Logs"
        "log_groups": own_log_groups("[name, Cluster.logging.clusterLogging[?enabled].types[]]", "/aws/eks/{0}/cluster"),
        "vpc_id":     text("Cluster.resourcesVpcConfig.vpcId", outside_schema=True),
    },
    attributes={
        "name":                      text("name"),
        "enabled_cluster_log_types": set_of(as_text, "Cluster.logging.clusterLogging[?enabled].types[]"),
        "role_arn":                  text("Cluster.roleArn"),
        "tags":                      tags("Cluster.tags"),
        "version":                   text("Cluster.version", assigned=True),
        "access_config":             block("Cluster.accessConfig", {
            "authentication_mode": text("authenticationMode", assigned=True),
        }, assigned=True),
        "compute_config":            block("Cluster.computeConfig", {
            "enabled":       flag("enabled"),
            "node_pools":    set_of(as_text, "nodePools"),
            "node_role_arn": text("nodeRoleArn"),
        }),
        "encryption_config":         block("Cluster.encryptionConfig[0]", {
            "resources": set_of(as_text, "resources"),
            "provider":  block("provider", {"key_arn": kms_key("keyArn")}),
        }),
        "kubernetes_network_config": block("Cluster.kubernetesNetworkConfig", {
            "ip_family":              text("ipFamily", assigned=True),
            "service_ipv4_cidr":      text("serviceIpv4Cidr", assigned=True),
            "elastic_load_balancing": block("elasticLoadBalancing", {"enabled": flag("enabled")}),
        }, assigned=True),
        "outpost_config":            block("Cluster.outpostConfig", {
            "control_plane_instance_type": text("controlPlaneInstanceType"),
            "outpost_arns":                set_of(as_text, "outpostArns"),
            "control_plane_placement":     block("controlPlanePlacement", {"group_name": text("groupName")}),
        }),
        "remote_network_config":     block("Cluster.remoteNetworkConfig", {
            "remote_node_networks": block("remoteNodeNetworks[0]", {"cidrs": set_of(as_text, "cidrs")}),
            "remote_pod_networks":  block("remotePodNetworks[0]", {"cidrs": set_of(as_text, "cidrs")}),
        }),
        "storage_config":            block("Cluster.storageConfig", {
            "block_storage": block("blockStorage", {"enabled": flag("enabled")}),
        }),
        "upgrade_policy":            block("Cluster.upgradePolicy", {
            "support_type": text("supportType", default="EXTENDED"),
        }),
        "vpc_config":                block("Cluster.resourcesVpcConfig", {
            "cluster_security_group_id": text("clusterSecurityGroupId", assigned=True),
            "endpoint_private_access":   flag("endpointPrivateAccess"),
            "endpoint_public_access":    flag("endpointPublicAccess", default=True),
            "public_access_cidrs":       set_of(as_text, "publicAccessCidrs", assigned=True),
            "security_group_ids":        set_of(as_text, "securityGroupIds"),
            "subnet_ids":                set_of(as_text, "subnetIds"),
        }),
        "zonal_shift_config":        block("Cluster.zonalShiftConfig", {"enabled": flag("enabled")}),
    },
    ignored={
        "access_config.bootstrap_cluster_creator_admin_permissions": "only read when the cluster is created",
        "bootstrap_self_managed_addons":                             "only read when the cluster is created",
        "force_update_version":                                      "an instruction to Terraform",
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("compute_config.node_role_arn", to="aws_iam_role", by="arn"),
        Ref("encryption_config.provider.key_arn", to="aws_kms_key", by="arn"),
        Ref("vpc_config.subnet_ids[]", to="aws_subnet"),
        Ref("vpc_config.security_group_ids[]", to="aws_security_group"),
        Ref("vpc_config.cluster_security_group_id", to="aws_security_group"),
    ),
    # EKS makes them along with the cluster, the entry for the nodes of Auto Mode
    creates=(
        Ref("vpc_config.cluster_security_group_id", to="aws_security_group"),
        Ref("compute_config.node_role_arn", to="aws_eks_access_entry", by="principal_arn"),
        Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),
    ),
)

NODE_GROUP = ResourceType(
    name="aws_eks_node_group",
    service="eks",
    list=Within("aws_eks_cluster", each="Nodegroups[]"),
    describe=(
        _of_cluster("DescribeNodegroup", "Nodegroup", "nodegroupName"),
        # asked where the size differs: the policies of the group's own Auto Scaling group
        Call(op="DescribePolicies", service="autoscaling", take="ScalingPolicies", into="Policies",
             only_if="Nodegroup.resources.autoScalingGroups[0]",
             bind={"AutoScalingGroupName": "Nodegroup.resources.autoScalingGroups[0].name"}),
        # and its tags
        Call(op="DescribeAutoScalingGroups", service="autoscaling", take="AutoScalingGroups[0].Tags", into="GroupTags",
             only_if="Nodegroup.resources.autoScalingGroups[0]",
             bind={"AutoScalingGroupNames": "[Nodegroup.resources.autoScalingGroups[0].name]"}),
    ),
    id=text("join(':', [parent.name, name])"),
    label="node_group_name",
    computed={
        "arn":       text("Nodegroup.nodegroupArn"),
        "resources": block("Nodegroup.resources", {
            "autoscaling_groups":              blocks("autoScalingGroups", {"name": text("name")}),
            "remote_access_security_group_id": text("remoteAccessSecurityGroup"),
        }),
    },
    attributes={
        "cluster_name":       text("parent.name"),
        "node_group_name":    text("name", assigned=True),
        "ami_type":           text("Nodegroup.amiType", assigned=True),
        "capacity_type":      text("Nodegroup.capacityType", assigned=True),
        "disk_size":          size("Nodegroup.diskSize"),
        "instance_types":     list_of(as_text, "Nodegroup.instanceTypes", assigned=True),
        "labels":             mapping("Nodegroup.labels"),
        "node_role_arn":      text("Nodegroup.nodeRole"),
        "release_version":    text("Nodegroup.releaseVersion", assigned=True),
        "subnet_ids":         set_of(as_text, "Nodegroup.subnets"),
        "tags":               tags("Nodegroup.tags"),
        "version":            text("Nodegroup.version", assigned=True),
        "launch_template":    block("Nodegroup.launchTemplate", {
            "id":      text("id", assigned=True),
            "name":    text("name", assigned=True),
            "version": text("version"),
        }),
        "node_repair_config": block("Nodegroup.nodeRepairConfig", {"enabled": flag("enabled")}),
        "remote_access":      block("Nodegroup.remoteAccess", {
            "ec2_ssh_key":               text("ec2SshKey"),
            "source_security_group_ids": set_of(as_text, "sourceSecurityGroups"),
        }),
        "scaling_config":     block("Nodegroup.scalingConfig", {
            "desired_size": number("desiredSize", default=0, changed_by=(
                ChangedBy(who="a scaling policy of the group", when="Policies[?Enabled != `false`]",
                      within="Nodegroup.scalingConfig.[{low: minSize, high: maxSize}]"),
                # its tag is how the autoscaler finds the groups that it may scale; EKS puts it there by itself
                ChangedBy(who="the Kubernetes cluster autoscaler",
                          when="GroupTags[?Key == 'k8s.io/cluster-autoscaler/enabled']",
                          within="Nodegroup.scalingConfig.[{low: minSize, high: maxSize}]"),
            )),
            "max_size":     number("maxSize", default=0),
            "min_size":     number("minSize", default=0),
        }),
        "taint":              blocks("Nodegroup.taints", {
            "effect": text("effect"),
            "key":    text("key"),
            "value":  text("value"),
        }, key=lambda b: f"{b['key']}:{b['effect']}"),
        "update_config":      block("Nodegroup.updateConfig", {
            "max_unavailable":            number("maxUnavailable", default=0),
            "max_unavailable_percentage": number("maxUnavailablePercentage", default=0),
        }, assigned=True),
    },
    ignored={
        "force_update_version":   "an instruction to Terraform",
        "node_group_name_prefix": "only read when the node group is created",
    },
    refs=(
        Ref("node_role_arn", to="aws_iam_role", by="arn"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("launch_template.id", to="aws_launch_template"),
        Ref("remote_access.source_security_group_ids[]", to="aws_security_group"),
        Ref("resources.autoscaling_groups[].name", to="aws_autoscaling_group", by="name"),
    ),
    # EKS makes them along with the group, the entry in the cluster's name
    creates=(
        Ref("resources.autoscaling_groups[].name", to="aws_autoscaling_group", by="name"),
        Ref("resources.remote_access_security_group_id", to="aws_security_group"),
        Ref("node_role_arn", to="aws_eks_access_entry", by="principal_arn"),
    ),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
)

ADDON = ResourceType(
    name="aws_eks_addon",
    service="eks",
    list=Within("aws_eks_cluster", each="Addons[]"),
    describe=(_of_cluster("DescribeAddon", "Addon", "addonName"),),
    id=text("join(':', [parent.name, name])"),
    label="addon_name",
    computed={"arn": text("Addon.addonArn")},
    attributes={
        "cluster_name":             text("parent.name"),
        "addon_name":               text("name"),
        "addon_version":            text("Addon.addonVersion", assigned=True),
        "configuration_values":     document("Addon.configurationValues", verbatim=True),
        "service_account_role_arn": text("Addon.serviceAccountRoleArn"),
        "tags":                     tags("Addon.tags"),
    },
    ignored={
        "pod_identity_association":    "answered as ids of associations, which tell neither role nor account",
        "preserve":                    "an instruction to Terraform",
        "resolve_conflicts":           "an instruction to Terraform",
        "resolve_conflicts_on_create": "an instruction to Terraform",
        "resolve_conflicts_on_update": "an instruction to Terraform",
    },
    refs=(Ref("service_account_role_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
)

FARGATE_PROFILE = ResourceType(
    name="aws_eks_fargate_profile",
    service="eks",
    list=Within("aws_eks_cluster", each="FargateProfiles[]"),
    describe=(_of_cluster("DescribeFargateProfile", "Profile", "fargateProfileName"),),
    id=text("join(':', [parent.name, name])"),
    label="fargate_profile_name",
    computed={"arn": text("Profile.fargateProfileArn")},
    attributes={
        "cluster_name":           text("parent.name"),
        "fargate_profile_name":   text("name"),
        "pod_execution_role_arn": text("Profile.podExecutionRoleArn"),
        "subnet_ids":             set_of(as_text, "Profile.subnets"),
        "tags":                   tags("Profile.tags"),
        "selector":               blocks("Profile.selectors", {
            "labels":    mapping("labels"),
            "namespace": text("namespace"),
        }),
    },
    refs=(
        Ref("pod_execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
    creates=(Ref("pod_execution_role_arn", to="aws_eks_access_entry", by="principal_arn"),),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
)


def made_by_eks(principal: str, entry: str, cluster: str) -> tuple[Owner, ...]:
    """Entries of service-linked roles, and the creator's own, which appears while the cluster is still being made:
    no one else can make an entry then, and nothing but the time tells."""
    return (
        Owner(f"contains({principal}, ':role/aws-service-role/')", "EKS"),
        Owner(f"{cluster}.accessConfig.bootstrapClusterCreatorAdminPermissions && "
              f"since({cluster}.createdAt, {entry}.createdAt) < `900`", "EKS"),
    )


ACCESS_ENTRY = ResourceType(
    name="aws_eks_access_entry",
    service="eks",
    list=Within("aws_eks_cluster", each="AccessEntries[]"),
    describe=(
        _of_cluster("DescribeAccessEntry", "Entry", "principalArn"),
        # associations are listed for one entry at a time
        Call(op="ListAssociatedAccessPolicies", take="associatedAccessPolicies", into="Policies", gone=GONE,
             bind={"clusterName": "parent.name", "principalArn": "name"}),
    ),
    id=text("join(':', [parent.name, name])"),
    label="principal_arn",
    computed={"access_entry_arn": text("Entry.accessEntryArn")},
    attributes={
        "cluster_name":      text("parent.name"),
        "principal_arn":     text("name"),
        "kubernetes_groups": set_of(as_text, "Entry.kubernetesGroups"),
        "tags":              tags("Entry.tags"),
        "type":              text("Entry.type", default="STANDARD"),
        "user_name":         text("Entry.username", assigned=True),
    },
    refs=(Ref("principal_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
    owners=(*made_by_eks("name", "Entry", "parent.Cluster"),),
)

ACCESS_POLICY_ASSOCIATION = ResourceType(
    name="aws_eks_access_policy_association",
    service="eks",
    list=Within("aws_eks_access_entry", each="Policies[]"),
    id=text("join('#', [parent.parent.name, parent.name, policyArn])"),
    label="join('#', [principal_arn, policy_arn])",
    attributes={
        "cluster_name":  text("parent.parent.name"),
        "principal_arn": text("parent.name"),
        "policy_arn":    text("policyArn"),
        "access_scope":  block("accessScope", {
            "namespaces": set_of(as_text, "namespaces"),
            "type":       text("type"),
        }),
    },
    refs=(Ref("principal_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
    owners=(*made_by_eks("parent.name", "parent.Entry", "parent.parent.Cluster"), of_stack("parent.Entry.tags")),
)

IDENTITY_PROVIDER_CONFIG = ResourceType(
    name="aws_eks_identity_provider_config",
    service="eks",
    list=Within("aws_eks_cluster", each="IdentityProviderConfigs[]"),
    describe=(
        Call(op="DescribeIdentityProviderConfig", take="identityProviderConfig.oidc", into="Oidc", gone=GONE,
             bind={"clusterName": "parent.name", "identityProviderConfig": "{type: type, name: name}"}),
    ),
    id=text("join(':', [parent.name, name])"),
    label="id",
    computed={"arn": text("Oidc.identityProviderConfigArn")},
    attributes={
        "cluster_name": text("parent.name"),
        "tags":         tags("Oidc.tags"),
        "oidc":         block("Oidc", {
            "client_id":                     text("clientId"),
            "groups_claim":                  text("groupsClaim"),
            "groups_prefix":                 text("groupsPrefix"),
            "identity_provider_config_name": text("identityProviderConfigName"),
            "issuer_url":                    text("issuerUrl"),
            "required_claims":               mapping("requiredClaims"),
            "username_claim":                text("usernameClaim"),
            "username_prefix":               text("usernamePrefix"),
        }),
    },
    parent=Parent("cluster_name", to="aws_eks_cluster"),
)

POD_IDENTITY_ASSOCIATION = ResourceType(
    name="aws_eks_pod_identity_association",
    service="eks",
    list=Within("aws_eks_cluster", each="PodIdentities[]"),
    describe=(
        # one call for each: the listing does not tell the role
        Call(op="DescribePodIdentityAssociation", take="association", into="Association", gone=GONE,
             bind={"clusterName": "parent.name", "associationId": "associationId"}),
    ),
    id=text("associationId"),
    identity=("cluster_name", "association_id"),
    import_id="join(',', [cluster_name, association_id])",
    label="service_account",
    computed={"association_arn": text("associationArn"), "association_id": text("associationId")},
    attributes={
        "cluster_name":    text("parent.name"),
        "namespace":       text("namespace"),
        "role_arn":        text("Association.roleArn"),
        "service_account": text("serviceAccount"),
        "tags":            tags("Association.tags"),
    },
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("cluster_name", to="aws_eks_cluster"),
    # an add-on makes its own
    owners=(Owner("ownerArn", "EKS add-on"),),
)
