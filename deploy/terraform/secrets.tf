# Made here and never shown: it goes into Secrets Manager and into no state.
ephemeral "random_password" "kafka" {
  length  = 32
  special = false
}

# ElastiCache takes no write-only value, so this one is in the state.
resource "random_password" "redis" {
  length  = 32
  special = false
}

# MSK reads its users from Secrets with this prefix and a key that is not AWS' own.
resource "aws_secretsmanager_secret" "kafka" {
  name                    = "AmazonMSK_${local.name}"
  description             = "User of the Kafka of ${local.name}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "kafka" {
  secret_id                = aws_secretsmanager_secret.kafka.id
  secret_string_wo         = jsonencode({ username = "app", password = ephemeral.random_password.kafka.result })
  secret_string_wo_version = var.kafka_password_version
}

data "aws_iam_policy_document" "kafka_secret" {
  statement {
    sid       = "Msk"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.kafka.arn]
    principals {
      type        = "Service"
      identifiers = ["kafka.amazonaws.com"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "kafka" {
  secret_arn = aws_secretsmanager_secret.kafka.arn
  policy     = data.aws_iam_policy_document.kafka_secret.json
}

resource "aws_secretsmanager_secret" "redis" {
  name                    = "${local.name}-redis"
  description             = "User of the Redis of ${local.name}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "redis" {
  secret_id     = aws_secretsmanager_secret.redis.id
  secret_string = jsonencode({ username = "app", password = random_password.redis.result })
}
