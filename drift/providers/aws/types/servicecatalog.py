"""AWS Service Catalog."""

from __future__ import annotations

from drift.provider.kinds import document, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})
LANGUAGE = "an instruction to Terraform: the language of answers"
PRODUCTS = "ProductViewDetails[].{Summary: ProductViewSummary, Arn: ProductARN}"

PORTFOLIO = ResourceType(
    name="aws_servicecatalog_portfolio",
    service="servicecatalog",
    list=Call(op="ListPortfolios", take="PortfolioDetails"),
    describe=(
        # one call of each kind for each managed portfolio: there are no batch forms
        Call(op="DescribePortfolio", into="Described", bind={"Id": "Id"}, gone=GONE),
        Call(op="ListPrincipalsForPortfolio", take="Principals", into="Principals", bind={"PortfolioId": "Id"},
             gone=GONE),
        Call(op="SearchProductsAsAdmin", take="ProductViewDetails[].ProductViewSummary.{Product: ProductId}",
             into="Products", bind={"PortfolioId": "Id"}, gone=GONE),
        Call(op="ListConstraintsForPortfolio", take="ConstraintDetails", into="Constraints", bind={"PortfolioId": "Id"},
             gone=GONE),
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("ARN")},
    attributes={
        "name":          text("DisplayName"),
        "description":   text("Description", assigned=True),
        "provider_name": text("ProviderName"),
        "tags":          tags("Described.Tags"),
    },
)

PRODUCT = ResourceType(
    name="aws_servicecatalog_product",
    service="servicecatalog",
    list=Call(op="SearchProductsAsAdmin", take=PRODUCTS),
    describe=(
        # one call for each managed product
        Call(op="DescribeProductAsAdmin", into="Described", bind={"Id": "Summary.ProductId"}, gone=GONE),
    ),
    id=text("Summary.ProductId"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                text("Summary.Name"),
        "owner":               text("Summary.Owner"),
        "type":                text("Summary.Type"),
        "description":         text("Summary.ShortDescription", assigned=True),
        "distributor":         text("Summary.Distributor", assigned=True),
        "support_description": text("Summary.SupportDescription", assigned=True),
        "support_email":       text("Summary.SupportEmail", assigned=True),
        "support_url":         text("Summary.SupportUrl", assigned=True),
        "tags":                tags("Described.Tags"),
    },
    ignored={
        "accept_language":                  LANGUAGE,
        "provisioning_artifact_parameters": "only read when the product is made: versions are added and retired since",
    },
)

PRINCIPAL = ResourceType(
    name="aws_servicecatalog_principal_portfolio_association",
    service="servicecatalog",
    list=Within("aws_servicecatalog_portfolio", each="Principals[]"),
    id=text("join(',', ['en', PrincipalARN, parent.Id, PrincipalType])"),
    identity=("portfolio_id", "principal_arn", "principal_type"),
    label="principal_arn",
    attributes={
        "portfolio_id":   text("parent.Id"),
        "principal_arn":  text("PrincipalARN"),
        "principal_type": text("PrincipalType", default="IAM"),
    },
    ignored={"accept_language": LANGUAGE},
    parent=Parent("portfolio_id", to="aws_servicecatalog_portfolio"),
    refs=(Ref("principal_arn", to="aws_iam_role", by="arn"), Ref("principal_arn", to="aws_iam_user", by="arn")),
)

PRODUCT_ASSOCIATION = ResourceType(
    name="aws_servicecatalog_product_portfolio_association",
    service="servicecatalog",
    list=Within("aws_servicecatalog_portfolio", each="Products[]"),
    id=text("join(':', ['en', parent.Id, Product])"),
    identity=("portfolio_id", "product_id"),
    label="product_id",
    attributes={"portfolio_id": text("parent.Id"), "product_id": text("Product")},
    ignored={
        "accept_language":     LANGUAGE,
        "source_portfolio_id": "only read when the product is added",
    },
    parent=Parent("portfolio_id", to="aws_servicecatalog_portfolio"),
    refs=(Ref("product_id", to="aws_servicecatalog_product"),),
)

CONSTRAINT = ResourceType(
    name="aws_servicecatalog_constraint",
    service="servicecatalog",
    list=Within("aws_servicecatalog_portfolio", each="Constraints[]"),
    describe=(
        # one call for each: the listing does not tell what it says
        Call(op="DescribeConstraint", take="ConstraintParameters", into="Parameters", bind={"Id": "ConstraintId"}, gone=GONE),
    ),
    id=text("ConstraintId"),
    label="description || id",
    computed={"owner": text("Owner")},
    attributes={
        "description":  text("Description", assigned=True),
        "parameters":   document("Parameters"),
        "portfolio_id": text("PortfolioId"),
        "product_id":   text("ProductId"),
        "type":         text("Type"),
    },
    ignored={"accept_language": LANGUAGE},
    refs=(Ref("product_id", to="aws_servicecatalog_product"),),
    parent=Parent("portfolio_id", to="aws_servicecatalog_portfolio"),
)
