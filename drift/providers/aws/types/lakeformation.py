"""AWS Lake Formation.

Whoever asks must be an administrator of the data lake, or a read-only one: to others AWS shows what they may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, list_of, mapping, set_of, text
from drift.provider.spec import Attr, Call, Owner, Raw, Ref, ResourceType

GONE = frozenset({"EntityNotFoundException"})
WHO = "DataLakePrincipalIdentifier"
ALL_TABLES = "ALL_TABLES"


def _whole(value: Any) -> Value:
    """Permissions; ALL holds every other, and AWS answers them beside it."""
    found = frozenset(map(str, value or ()))
    return frozenset({"ALL"}) if "ALL" in found else found


def _defaults(at: str) -> Attr:
    return blocks(at, {
        "permissions": attr("Permissions", _whole),
        "principal":   text(f"Principal.{WHO}", assigned=True),
    }, key=lambda d: d["principal"], assigned=True)


def _people(at: str) -> Attr:
    return set_of(values.text, f"{at}[].{WHO}", assigned=True)


AS_MADE = (
    "!([DataLakeAdmins, ReadOnlyAdmins, AllowExternalDataFiltering, AllowFullTableExternalDataAccess, "
    "ExternalDataFilteringAllowList, AuthorizedSessionTagValueList, TrustedResourceOwners][?@]) && "
    "!([CreateDatabaseDefaultPermissions, CreateTableDefaultPermissions][] "
    f"| [?Principal.{WHO} != 'IAM_ALLOWED_PRINCIPALS'])"
)
"""A data lake has nobody's settings but IAM's at first (Lake Formation developer guide, "Changing the default settings")."""

SETTINGS = ResourceType(
    name="aws_lakeformation_data_lake_settings",
    service="lakeformation",
    # one for each region, which Terraform calls by a number
    list=Call(op="GetDataLakeSettings", take="[DataLakeSettings][?@]"),
    id=attr("here.account", lambda value: "default"),
    label="id",
    attributes={
        "admins":                                _people("DataLakeAdmins"),
        "read_only_admins":                      _people("ReadOnlyAdmins"),
        "allow_external_data_filtering":         flag("AllowExternalDataFiltering"),
        "allow_full_table_external_data_access": flag("AllowFullTableExternalDataAccess"),
        "authorized_session_tag_value_list":     list_of(values.text, "AuthorizedSessionTagValueList", assigned=True),
        "external_data_filtering_allow_list":    _people("ExternalDataFilteringAllowList"),
        "parameters":                            mapping("Parameters", assigned=True),
        "trusted_resource_owners":               list_of(values.text, "TrustedResourceOwners", assigned=True),
        "create_database_default_permissions":   _defaults("CreateDatabaseDefaultPermissions"),
        "create_table_default_permissions":      _defaults("CreateTableDefaultPermissions"),
    },
    ignored={"catalog_id": "the account's own: those of another account are not read"},
    # every region has them
    owners=(Owner(AS_MADE, "AWS"),),
    refs=(Ref("admins[]", to="aws_iam_role", by="arn"), Ref("admins[]", to="aws_iam_user", by="arn")),
)

LF_TAG = ResourceType(
    name="aws_lakeformation_lf_tag",
    service="lakeformation",
    list=Call(op="ListLFTags", take="LFTags"),
    id=text("join(':', [CatalogId || here.account, TagKey])"),
    label="key",
    account="CatalogId",
    attributes={
        "catalog_id": text("CatalogId", assigned=True),
        "key":        text("TagKey"),
        "values":     set_of(values.text, "TagValues"),
    },
)

RESOURCE = ResourceType(
    name="aws_lakeformation_resource",
    importable=False,
    service="lakeformation",
    list=Call(op="ListResources", take="ResourceInfoList"),
    id=text("ResourceArn"),
    label="arn",
    attributes={
        "arn":                   text("ResourceArn"),
        "hybrid_access_enabled": flag("HybridAccessEnabled", assigned=True),
        "role_arn":              text("RoleArn", assigned=True),
        "with_federation":       flag("WithFederation", assigned=True),
    },
    ignored={"use_service_linked_role": "told as role_arn"},
    refs=(Ref("arn", to="aws_s3_bucket", by="arn"), Ref("role_arn", to="aws_iam_role", by="arn")),
)

CELLS_FILTER = ResourceType(
    name="aws_lakeformation_data_cells_filter",
    service="lakeformation",
    list=Call(op="ListDataCellsFilter", take="DataCellsFilters"),
    id=text("join(',', [DatabaseName, Name, TableCatalogId, TableName])"),
    label="table_data.name",
    attributes={
        "table_data": block("@", {
            "database_name":    text("DatabaseName"),
            "name":             text("Name"),
            "table_catalog_id": text("TableCatalogId"),
            "table_name":       text("TableName"),
            "version_id":       text("VersionId", assigned=True),
            "column_names":     set_of(values.text, "ColumnNames", assigned=True),
            "column_wildcard":  block("[ColumnWildcard][?@ != `null` && ExcludedColumnNames] | [0]", {
                "excluded_column_names": list_of(values.text, "ExcludedColumnNames"),
            }),
            "row_filter":       block("RowFilter", {
                "filter_expression":  text("FilterExpression", assigned=True),
                "all_rows_wildcard":  attr("AllRowsWildcard", lambda value: value not in (None, [])),
            }),
        }),
    },
    account="TableCatalogId",
)


def _first(value: Any) -> Mapping[str, Any]:
    """A nested block, as a state or an answer holds it."""
    value = value[0] if isinstance(value, list | tuple) and value else value
    return value if isinstance(value, Mapping) else {}


def _pairs(tags: Any, key: str, of: str) -> tuple[Any, ...]:
    return tuple(sorted((t.get(key), tuple(sorted(t.get(of) or ()))) for t in tags or ()))


def _live_key(resource: Any) -> tuple[Any, ...]:
    """What a permission is on, by the API's resource: the same for all rows of one `aws_lakeformation_permissions`."""
    resource = resource or {}
    if found := resource.get("Database"):
        return "database", found.get("CatalogId"), found.get("Name")
    if found := resource.get("TableWithColumns"):
        wildcard = found.get("ColumnWildcard")
        without = tuple(sorted((wildcard or {}).get("ExcludedColumnNames") or ()))
        columns = () if wildcard is not None else tuple(sorted(found.get("ColumnNames") or ()))
        return _table(found.get("CatalogId"), found.get("DatabaseName"), found.get("Name"), columns, without)
    if found := resource.get("Table"):
        name = ALL_TABLES if found.get("TableWildcard") is not None else found.get("Name")
        return _table(found.get("CatalogId"), found.get("DatabaseName"), name)
    if found := resource.get("DataLocation"):
        return "location", found.get("ResourceArn")
    if found := resource.get("DataCellsFilter"):
        return "filter", *(found.get(n) for n in ("TableCatalogId", "DatabaseName", "TableName", "Name"))
    if found := resource.get("LFTag"):
        return "tag", found.get("CatalogId"), found.get("TagKey")
    if found := resource.get("LFTagPolicy"):
        terms = _pairs(found.get("Expression"), "TagKey", "TagValues")
        return "policy", found.get("CatalogId"), found.get("ResourceType"), terms
    return ("catalog",) if resource.get("Catalog") is not None else ("other", repr(sorted(resource)))


def _table(catalog: Any, database: Any, name: Any, columns: Any = (), without: Any = ()) -> tuple[Any, ...]:
    return "table", catalog, database, name, columns, without


def _key_in_state(of: Raw) -> tuple[Any, ...]:
    """The same, by the attributes of a state."""
    own = of.get("catalog_id")
    if found := _first(of.get("database")):
        return "database", found.get("catalog_id") or own, found.get("name")
    if found := _first(of.get("table_with_columns")):
        excluded = found.get("excluded_column_names") or _first(found.get("column_wildcard")).get("excluded_column_names")
        columns, without = sorted(found.get("column_names") or ()), sorted(excluded or ())
        where = (found.get("catalog_id") or own, found.get("database_name"), found.get("name"))
        return _table(*where, tuple(columns), tuple(without))
    if found := _first(of.get("table")):
        name = ALL_TABLES if found.get("wildcard") else found.get("name")
        return _table(found.get("catalog_id") or own, found.get("database_name"), name)
    if found := _first(of.get("data_location")):
        return "location", found.get("arn") or found.get("resource_arn")
    if found := _first(of.get("data_cells_filter")):
        return "filter", *(found.get(n) for n in ("table_catalog_id", "database_name", "table_name", "name"))
    if found := _first(of.get("lf_tag")):
        return "tag", found.get("catalog_id") or own, found.get("key")
    if found := _first(of.get("lf_tag_policy")):
        terms = _pairs(found.get("expression"), "key", "values")
        return "policy", found.get("catalog_id") or own, found.get("resource_type"), terms
    return ("catalog",)


def _named(*parts: Any) -> str:
    """An identity as text: there is no import, and the provider's own is a number."""
    flat = [",".join(map(str, p)) if isinstance(p, tuple) else str(p) for p in parts if p not in (None, "", ())]
    return " ".join(flat)


def _gathered(rows: list[Any]) -> list[Any]:
    """One item for each principal and resource: SELECT on a table is answered as a row of its own, on its columns."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        who = (row.get("Principal") or {}).get(WHO)
        name = _named(who, *_live_key(row.get("Resource")))
        item = found.setdefault(name, {"Name": name, "Who": who, "Resource": {}, "Permissions": [], "Grantable": []})
        item["Resource"] = {**(row.get("Resource") or {}), **item["Resource"]}
        item["Permissions"] = [*item["Permissions"], *(row.get("Permissions") or ())]
        item["Grantable"] = [*item["Grantable"], *(row.get("PermissionsWithGrantOption") or ())]
    return list(found.values())


PERMISSIONS = ResourceType(
    name="aws_lakeformation_permissions",
    importable=False,
    service="lakeformation",
    list=Call(op="ListPermissions", take="PrincipalResourcePermissions", gather=_gathered),
    id=text("Name", from_state=lambda _, of: _named(of.get("principal"), *_key_in_state(of))),
    label="id",
    attributes={
        "principal":                     text("Who"),
        "permissions":                   attr("Permissions", _whole),
        "permissions_with_grant_option": attr("Grantable", _whole),
    },
    ignored={
        # what a permission is on is what it is called by: any other is another permission
        **dict.fromkeys(("catalog_id", "catalog_resource", "database", "table", "table_with_columns", "data_location",
                         "data_cells_filter", "lf_tag", "lf_tag_policy"), "part of its identity"),
    },
    refs=(Ref("principal", to="aws_iam_role", by="arn"), Ref("principal", to="aws_iam_user", by="arn")),
    # every new database and table gets it, unless the settings say otherwise
    owners=(Owner("Who == 'IAM_ALLOWED_PRINCIPALS'", "the data lake's defaults"),),
)

OPT_IN = ResourceType(
    name="aws_lakeformation_opt_in",
    importable=False,
    service="lakeformation",
    list=Call(op="ListLakeFormationOptIns", take="LakeFormationOptInsInfoList"),
    id=attr(
        "@", lambda item: _named((item.get("Principal") or {}).get(WHO), *_live_key(item.get("Resource"))) if item else None,
        from_state=lambda _, of: _named(
            _first(of.get("principal")).get("data_lake_principal_identifier"), *_key_in_state(_first(of.get("resource_data")))
        ),
    ),
    label="id",
    attributes={"principal": block("Principal", {"data_lake_principal_identifier": text(WHO)})},
    ignored={
        "condition":     "nothing in it can be set",
        "resource_data": "part of its identity",
    },
)

ON_RESOURCE = (
    "given({Database: database.{CatalogId: catalog_id, Name: name}, "
    "Table: table.{CatalogId: catalog_id, DatabaseName: database_name, Name: name, "
    "TableWildcard: wildcard && `{}` || `null`}, "
    "TableWithColumns: table_with_columns.{CatalogId: catalog_id, DatabaseName: database_name, Name: name, "
    "ColumnNames: column_names, ColumnWildcard: COLUMNS}})"
)
ATTACHED = "[LFTagOnDatabase, LFTagsOnTable, LFTagsOnColumns[0].LFTags][?@] | [0]"


def _of(columns: str, excluded: Mapping[str, Attr]) -> tuple[str, dict[str, Attr]]:
    """The request for what is tagged, and the blocks that say it."""
    database = block("Resource.Database", {"catalog_id": text("CatalogId", assigned=True), "name": text("Name")})
    table = block("Resource.Table", {
        "catalog_id":    text("CatalogId", assigned=True),
        "database_name": text("DatabaseName"),
        "name":          text("Name", assigned=True),
        "wildcard":      attr("TableWildcard", lambda value: value not in (None, False)),
    })
    with_columns = block("Resource.TableWithColumns", {
        "catalog_id":    text("CatalogId", assigned=True),
        "database_name": text("DatabaseName"),
        "name":          text("Name"),
        "column_names":  set_of(values.text, "ColumnNames"),
        **excluded,
    })
    request = ON_RESOURCE.replace("COLUMNS", columns)
    return request, {"database": database, "table": table, "table_with_columns": with_columns}


_ONE, _ONE_PLACE = _of(
    "column_wildcard && given({ExcludedColumnNames: column_wildcard.excluded_column_names}) || `null`",
    {"column_wildcard": block("ColumnWildcard", {"excluded_column_names": set_of(values.text, "ExcludedColumnNames")})},
)
_ALL, _ALL_PLACES = _of(
    "wildcard && given({ExcludedColumnNames: excluded_column_names}) || `null`",
    {"wildcard":              attr("ColumnWildcard", lambda value: value not in (None, False)),
     "excluded_column_names": set_of(values.text, "ColumnWildcard.ExcludedColumnNames")},
)
TAG = {"catalog_id": text("CatalogId", assigned=True), "key": text("TagKey"), "value": text("TagValues[0]")}


def _tagged_place(of: Raw) -> tuple[Any, ...]:
    return _key_in_state({k: v for k, v in of.items() if k in _ONE_PLACE or k == "catalog_id"})


RESOURCE_LF_TAG = ResourceType(
    name="aws_lakeformation_resource_lf_tag",
    importable=False,
    service="lakeformation",
    list=None,  # no listing shows what is tagged: only the desired ones are asked for
    lookup=Call(op="GetResourceLFTags", args={"ShowAssignedLFTags": True}, bind={"Resource": _ONE}, take=ATTACHED, absent=GONE),
    id=attr("[Resource, TagKey]", lambda at: _named(*_live_key(at[0]), at[1]) if at else None,
            from_state=lambda _, of: _named(*_tagged_place(of), _first(of.get("lf_tag")).get("key"))),
    label="id",
    attributes={**_ONE_PLACE, "lf_tag": block("@", TAG)},
    ignored={"catalog_id": "the account's own: those of another account are not read"},
)

RESOURCE_LF_TAGS = ResourceType(
    name="aws_lakeformation_resource_lf_tags",
    importable=False,
    service="lakeformation",
    list=None,  # no listing shows what is tagged: only the desired ones are asked for
    lookup=Call(op="GetResourceLFTags", args={"ShowAssignedLFTags": True}, bind={"Resource": _ALL}, absent=GONE,
              take=f"{{Tags: {ATTACHED}}}"),
    exists="Tags",
    id=attr("Resource", lambda at: _named(*_live_key(at)) if at else None,
            from_state=lambda _, of: _named(*_tagged_place(of))),
    label="id",
    attributes={**_ALL_PLACES, "lf_tag": blocks("Tags", TAG, key=lambda t: t["key"])},
    ignored={"catalog_id": "the account's own: those of another account are not read"},
)
