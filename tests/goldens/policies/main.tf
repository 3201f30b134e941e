data "aws_iam_policy_document" "empty" {}

data "aws_iam_policy_document" "one" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "many" {
  policy_id = "mine"
  version   = "2012-10-17"

  statement {
    sid       = "First"
    effect    = "Deny"
    actions   = ["s3:Put*", "s3:Get*", "S3:List*", "s3:Get*"]
    resources = ["arn:aws:s3:::b/*", "arn:aws:s3:::a/&{aws:username}/*", "arn:aws:s3:::a"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root", "*", "arn:aws:iam::210987654321:root"]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "Federated"
      identifiers = ["b", "a"]
    }

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["", "home/", "home/&{aws:username}/", "a<b>&c"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:x"
      values   = ["only"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [false]
    }
  }

  statement {
    not_actions   = ["iam:*", "sts:*"]
    not_resources = ["a", "b"]
    not_principals {
      type        = "AWS"
      identifiers = ["1"]
    }
  }
}

data "aws_iam_policy_document" "star" {
  statement {
    actions   = ["sqs:*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
  statement {
    actions   = ["sqs:*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*", "a"]
    }
  }
  statement {
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "é"
      values   = []
    }
  }
}

data "aws_iam_policy_document" "bare" {
  statement {}
  statement { sid = "" }
  statement { actions = [] }
  statement { effect = "Deny" }
}

data "aws_iam_policy_document" "old" {
  version = "2008-10-17"
  statement {
    actions   = ["a:b"]
    resources = ["$${aws:username}"]
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [
    data.aws_iam_policy_document.many.json,
    data.aws_iam_policy_document.star.minified_json,
    jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Sid = "Extra", Effect = "Allow", Action = ["z:*", "a:*", "m:*"], Resource = ["one"], Principal = { AWS = ["b", "c", "a"], Service = ["only"], X = "alone" } }]
    }),
  ]
  override_policy_documents = [
    jsonencode({
      Id        = "over"
      Statement = [
        { Sid = "First", Effect = "Allow", Action = "x:y", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = true, "aws:b" = "x", "aws:c" = ["1"], "aws:d" = ["2", "1"] } } },
        { Effect = "Deny", NotAction = [], Resource = [], Principal = "*" },
        { Sid = "Own", Effect = "Allow", Action = { b = 1 == 1, a = null }, Principal = { "*" = "*" } },
      ]
    }),
  ]
  statement {
    sid       = "Own"
    actions   = ["own:*"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "sources" {
  source_policy_documents   = [data.aws_iam_policy_document.old.json, data.aws_iam_policy_document.one.json]
  override_policy_documents = [data.aws_iam_policy_document.empty.json]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = formatlist("%s.amazonaws.com", ["lambda", "edgelambda", "ec2"])
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:lambda:*:123456789012:function:x", "arn:aws:a"]
    }
  }
}

data "aws_iam_policy_document" "unicode" {
  statement {
    sid       = "A1"
    actions   = ["é:*", "z:*", "Z:*", "\u2028:*"]
    resources = ["\"quoted\"", "back\\slash", "tab\t"]
  }
}

data "aws_iam_policy_document" "numbers" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
    condition {
      test     = "NumericLessThan"
      variable = "s3:max-keys"
      values   = [10, "20", 1.50]
    }
    condition {
      test     = "NumericLessThan"
      variable = "s3:signatureAge"
      values   = [600000]
    }
  }
}
