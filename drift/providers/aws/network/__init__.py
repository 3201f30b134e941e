"""What the internet can reach in a VPC. Pure functions of values that the rules read.

Everything on the way from the internet to a port is a *door* that lets some addresses through: the route back to an
internet gateway, the subnet's network ACL, the security groups. An address that all doors let through reaches the port.
"""

from drift.providers.aws.network.acl import Acl, Entry, allowed
from drift.providers.aws.network.addresses import INTERNET, Family, Space, is_internet, space
from drift.providers.aws.network.groups import Group, Opening, admitted
from drift.providers.aws.network.reach import Host, Reach, Subnet, first, reached
from drift.providers.aws.network.routes import Route, Table, from_internet

__all__ = [
    "INTERNET",
    "Acl",
    "Entry",
    "Family",
    "Group",
    "Host",
    "Opening",
    "Reach",
    "Route",
    "Space",
    "Subnet",
    "Table",
    "admitted",
    "allowed",
    "first",
    "from_internet",
    "is_internet",
    "reached",
    "space",
]
