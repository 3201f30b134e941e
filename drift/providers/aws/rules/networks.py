"""The network of one side, read from the rules' world into the values that `drift.providers.aws.network` judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from drift.providers.aws.network import Acl, Entry, Family, Group, Opening, Route, Subnet, Table
from drift.providers.aws.network.reach import Unread
from drift.providers.aws.rules.ports import HIGHEST, atoms, peer, told
from drift.rules.subject import Subject
from drift.rules.world import Needs, Unknown, Want, World

Read = TypeVar("Read")

TARGETS = (
    "gateway_id", "nat_gateway_id", "egress_only_gateway_id", "transit_gateway_id", "vpc_peering_connection_id",
    "vpc_endpoint_id", "network_interface_id", "carrier_gateway_id", "local_gateway_id", "core_network_arn",
)  # fmt: skip
"""The arguments of a route that say where it leads."""

ACCELERATED = "global_accelerator_managed"


def tried(look: Callable[[], Read]) -> Read | Unread:
    """What a look-up finds, or that it cannot be told, and why."""
    try:
        return look()
    except Unknown as why:
        return Unread(str(why))


def known(look: Callable[[], Read], otherwise: Read) -> Read:
    """What a look-up finds, or `otherwise` where it cannot be told."""
    found = tried(look)
    return otherwise if isinstance(found, Unread) else found


def together(looks: Iterable[Callable[[], Read]]) -> list[Read]:
    """What several look-ups find; what they need is asked for at once."""
    out: list[Read] = []
    wants: list[Want] = []
    for look in looks:
        try:
            out.append(look())
        except Needs as needs:
            wants += needs.wants
    if wants:
        raise Needs(*wants)
    return out


def entries(acl: Subject) -> tuple[Entry, ...]:
    """What a network ACL says of what comes in; on the desired side its rules may be resources of their own."""
    rules = [e for e in acl["ingress"] or () if e.get("action")]
    parts = acl.near("aws_network_acl_rule") if acl.world.side == "desired" else []
    of_parts = [e for part in parts if part.managed for e in [entry_of_rule(part)] if e is not None]
    inline = (
        _entry(e["rule_no"], e["action"], e.get("protocol"), e.get("cidr_block") or e.get("ipv6_cidr_block"),
               e.get("from_port"), e.get("to_port"))
        for e in rules
    )  # fmt: skip
    return tuple({e.number: e for e in (*inline, *of_parts) if e is not None}.values())


def entry_of_rule(it: Subject) -> Entry | None:
    """One rule that is a resource of its own; None where it is of what goes out."""
    if it["egress"]:
        return None
    return _entry(
        it["rule_number"], it["rule_action"], it["protocol"], it["cidr_block"] or it["ipv6_cidr_block"],
        it["from_port"], it["to_port"],
    )  # fmt: skip


def _entry(number: Any, action: Any, protocol: Any, cidr: Any, low: Any, high: Any) -> Entry | None:
    if not cidr:
        return None
    return Entry(
        int(number or 0), str(action).lower() == "allow", str(cidr), str(protocol),
        int(low or 0), int(high or 0),
    )  # fmt: skip


def target(route: Mapping[str, Any]) -> str:
    """Where a route leads; empty where it does not say."""
    return next((str(route[name]) for name in TARGETS if route.get(name)), "")


class Network:
    """The network of an account's region on one side. What is not read is `Unread`; what can be is asked for."""

    def __init__(self, it: Subject) -> None:
        self._it = it
        self._kept: dict[Any, Any] = {}

    def once(self, key: Any, make: Callable[[], Read]) -> Read:
        """What was made for a key, made when it is first asked for."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Read = self._kept[key]
        return found

    def every(self, type_: str) -> list[Subject] | Unread:
        """All of a type in the region and account."""

        def look() -> list[Subject]:
            there = self._it.every(type_, self._it.region)
            return [Subject(s.resource, s.world) for s in there if s.account == self._it.account]

        return self.once(type_, lambda: tried(look))

    def by_id(self, type_: str) -> Mapping[str, Subject] | Unread:
        """The same by id."""

        def look() -> Mapping[str, Subject] | Unread:
            there = self.every(type_)
            return there if isinstance(there, Unread) else {s.id: s for s in there}

        return self.once(("id", type_), look)

    # where things are

    def subnet(self, id_: str) -> Subnet | Unread:
        """A subnet with its doors."""

        def make() -> Subnet | Unread:
            there = self.by_id("aws_subnet")
            if isinstance(there, Unread):
                return there
            found = there.get(id_)
            if found is None:
                return Unread(f"the subnet {id_} was not found")
            table, acl = together((partial(self.table_of, found), partial(self.acl_of, found)))
            return Subnet(found.name, table, acl)  # type: ignore[arg-type]

        return self.once(("subnet", id_), make)

    def table_of(self, subnet: Subject) -> Table | Unread:
        """The route table of a subnet: its own, or else the main one of its VPC."""

        def look() -> Table | Unread:
            id_ = self.table_id(subnet.id, str(subnet["vpc_id"]))
            tables = self.by_id("aws_route_table")
            if isinstance(id_, Unread) or isinstance(tables, Unread):
                return id_ if isinstance(id_, Unread) else tables  # type: ignore[return-value]
            found = tables.get(id_)
            return self.table(found) if found else Unread(f"the route table of {subnet.name} was not found")

        return tried(look)

    def table_id(self, subnet: str, vpc: str) -> str | Unread:
        """The id of the route table of a subnet; empty where none was seen."""
        own = self._associations("aws_route_table_association", "subnet_id")
        if isinstance(own, Unread):
            return own
        if subnet in own:
            return own[subnet]
        main = self._main_tables()
        return main if isinstance(main, Unread) else main.get(vpc, "")

    def subnets_of(self, table: str) -> list[Subject]:
        """The subnets that a route table speaks for; Unknown where one of them cannot be told."""
        out = []
        there = self.every("aws_subnet")
        for subnet in () if isinstance(there, Unread) else there:
            found = self.table_id(subnet.id, str(subnet["vpc_id"]))
            if isinstance(found, Unread):
                raise Unknown(found.why)
            if found == table:
                out.append(subnet)
        if isinstance(there, Unread):
            raise Unknown(there.why)
        return out

    def _associations(self, type_: str, attribute: str) -> Mapping[str, str] | Unread:
        def make() -> Mapping[str, str] | Unread:
            there = self.every(type_)
            if isinstance(there, Unread):
                return there
            pairs = together(partial(lambda a: (str(a[attribute] or ""), str(a["route_table_id"])), a) for a in there)
            return dict(pairs)

        return self.once(("associations", type_), lambda: tried(make))

    def _main_tables(self) -> Mapping[str, str] | Unread:
        """VPC -> its main table, which is the default one unless an association says otherwise."""
        told_ = self._associations("aws_main_route_table_association", "vpc_id")
        tables = self.every("aws_route_table")
        if isinstance(told_, Unread) or isinstance(tables, Unread):
            return told_ if isinstance(told_, Unread) else tables  # type: ignore[return-value]
        default = {str(t["vpc_id"]): t.id for t in tables if t.type == "aws_default_route_table"}
        return {**default, **told_}

    def table(self, table: Subject) -> Table:
        """A route table with its routes; Unknown where they cannot be told."""
        gone = self._blackholes()
        routes = []
        for route in table["route"] or ():
            prefixes = route.get("destination_prefix_list_id")
            one = str(route.get("cidr_block") or route.get("ipv6_cidr_block") or "")
            cidrs = self.prefixes(str(prefixes)) if prefixes else (one,) if one else ()
            to = target(route)
            active = (table.id, str(prefixes or one)) not in gone and not self._detached(to)
            routes.append(Route(to, cidrs, listed=bool(prefixes), active=active))
        return Table(table.name, tuple(routes))

    def _blackholes(self) -> frozenset[tuple[str, str]]:
        """(table, destination) of the routes whose target is gone, as far as AWS tells."""

        def make() -> frozenset[tuple[str, str]]:
            there = self.every("aws_route")
            if isinstance(there, Unread):
                return frozenset()
            names = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
            return frozenset(
                (str(r["route_table_id"]), next((str(r[n]) for n in names if r[n]), ""))
                for r in there
                if known(partial(r.__getitem__, "state"), "") == "blackhole"
            )

        return self.once("blackholes", make)

    def _detached(self, to: str) -> bool:
        """Whether it is an internet gateway that is seen and attached to nothing."""
        if not to.startswith("igw-"):
            return False
        there = self.by_id("aws_internet_gateway")
        found = None if isinstance(there, Unread) else there.get(to)
        if found is None or known(partial(found.__getitem__, "vpc_id"), "?"):
            return False
        apart = self.every("aws_internet_gateway_attachment")
        return not isinstance(apart, Unread) and not any(a["internet_gateway_id"] == to for a in apart)

    def acl_of(self, subnet: Subject) -> Acl | Unread:
        """The network ACL of a subnet; that of the VPC where no other names it."""

        def look() -> Acl | Unread:
            acls = self.every("aws_network_acl")
            if isinstance(acls, Unread):
                return acls
            named = [a for a in acls if a.has("subnet_ids") and subnet.id in (a["subnet_ids"] or ())]
            if not named:
                of_vpc = [a for a in acls if a["vpc_id"] == subnet["vpc_id"]]
                named = [a for a in of_vpc if a.type == "aws_default_network_acl"]
                named += [a for a in of_vpc if known(partial(a.__getitem__, "is_default"), False)] if not named else []
            # what nobody describes is seen as it is now: what a state says of the subnet was so before
            found = next((a for a in named if a.managed), named[0] if named else None)
            if found is None:
                return Unread(f"the network ACL of {subnet.name} was not found")
            return Acl(found.name, entries(found))

        return tried(look)

    # who is let in

    def prefixes(self, id_: str) -> tuple[str, ...] | None:
        """The blocks of a prefix list; None where they were not read.

        All lists but AWS's own are listed. Those hold addresses of AWS's services, never the internet (Amazon VPC
        User Guide, "AWS-managed prefix lists").
        """
        there = self.by_id("aws_ec2_managed_prefix_list")
        if isinstance(there, Unread):
            return None
        found = there.get(id_)
        if found is None:
            return ()
        held = tried(lambda: tuple(str(e.get("cidr")) for e in found["entry"] or ()))
        return None if isinstance(held, Unread) else held

    def group(self, id_: str) -> Group | Unread:
        """A security group with whom it lets in."""

        def make() -> Group | Unread:
            there = self.by_id("aws_security_group")
            if isinstance(there, Unread):
                return there
            found = there.get(id_)
            if found is None:
                return Unread(f"the security group {id_} was not found")
            return tried(lambda: Group(found.name, tuple(self.opening(a) for a in atoms(found))))

        return self.once(("group", id_), make)

    def opening(self, atom: Mapping[str, Any]) -> Opening:
        """One rule of a group."""
        low, high = atom["from_port"], atom["to_port"]
        if atom["protocol"] == "-1" or low is None or high is None or low < 0:
            low, high = 0, HIGHEST
        named = atom.get("prefix_list_id")
        cidrs = self.prefixes(str(named)) if named else (peer(atom),) if peer(atom) else ()
        return Opening(str(atom["protocol"]), low, high, cidrs, told(atom))

    def groups(self, ids: Iterable[str]) -> tuple[Group, ...] | Unread:
        """Several groups; unread where one of them is."""
        found = together(partial(self.group, i) for i in sorted(ids))
        unread = next((g for g in found if isinstance(g, Unread)), None)
        return unread or tuple(g for g in found if isinstance(g, Group))

    def placed(self, ids: Iterable[str]) -> tuple[Subnet, ...] | Unread:
        """Several subnets; one that was not seen has doors of which nothing is known."""
        each = sorted(ids)
        found = together(partial(self.subnet, i) for i in each)
        seen = tuple(s if isinstance(s, Subnet) else Subnet(i, s, s) for i, s in zip(each, found, strict=True))
        return seen or Unread("where it is, is not told")

    def addresses(self, it: Subject, of: str) -> dict[Family, str | Unread]:
        """The public addresses of a machine or interface: its own, an elastic one, those of IPv6."""
        out: dict[Family, str | Unread] = {}
        own: str | Unread = tried(lambda: str(it["public_ip"] or "")) if it.has("public_ip") else ""
        if not own or isinstance(own, Unread):
            elastic = self.every("aws_eip")
            if isinstance(elastic, Unread):
                own = own or elastic
            else:
                given = [str(e["public_ip"]) for e in elastic if known(partial(e.__getitem__, of), "") == it.id]
                own = given[0] if given else own
                if isinstance(own, Unread) and it.world.side == "desired":
                    own = ""  # of an interface a state tells no other address than the elastic one
        if own:
            out[4] = own
        six = tried(lambda: sorted(map(str, it["ipv6_addresses"] or ())))
        if six:
            out[6] = six if isinstance(six, Unread) else six[0]
        return out

    def primaries(self) -> frozenset[str]:
        """The interfaces that stand for their instance."""

        def make() -> frozenset[str]:
            there = self.every("aws_instance")
            looks = [] if isinstance(there, Unread) else there
            ids = (known(partial(i.__getitem__, "primary_network_interface_id"), "") for i in looks)
            return frozenset(str(i) for i in ids if i)

        return self.once("primaries", make)

    def accelerated(self) -> str:
        """Why something may be reached all the same: an accelerator is at work in the network."""
        there = self.every("aws_network_interface")
        found = [] if isinstance(there, Unread) else [
            i for i in there if known(partial(i.__getitem__, "interface_type"), "") == ACCELERATED
        ]  # fmt: skip
        return "Global Accelerator has interfaces here: what it leads to was not read" if found else ""


_KEPT: WeakKeyDictionary[World, dict[tuple[str, str], Network]] = WeakKeyDictionary()


def network(it: Subject) -> Network:
    """The network around a resource, on its side."""
    kept = _KEPT.setdefault(it.world, {})
    key = (it.account, it.region)
    if key not in kept:
        kept[key] = Network(it)
    return kept[key]
