data "aws_route53_zone" "this" {
  name         = var.domain
  private_zone = false
}

# For external-dns, which writes the records of the Gateway's addresses, and for cert-manager's DNS challenges: this zone, these names, nothing else.
data "aws_iam_policy_document" "dns" {
  statement {
    actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"]
    resources = [data.aws_route53_zone.this.arn]
  }

  statement {
    actions   = ["route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListTagsForResource", "route53:GetChange"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "dns" {
  name               = "${local.name}-dns"
  assume_role_policy = data.aws_iam_policy_document.pod_trust.json
}

resource "aws_iam_role_policy" "dns" {
  name   = "records"
  role   = aws_iam_role.dns.id
  policy = data.aws_iam_policy_document.dns.json
}

resource "aws_eks_pod_identity_association" "dns" {
  for_each = { external-dns = "external-dns", cert-manager = "cert-manager" }

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.key
  service_account = each.value
  role_arn        = aws_iam_role.dns.arn
}

# Nobody else may sign certificates for these names.
resource "aws_route53_record" "caa" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = "${var.host}.${var.domain}"
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"letsencrypt.org\""]
}
