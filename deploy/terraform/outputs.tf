output "settings" {
  description = "Lines for out/settings/settings.env of the published manifests."
  value = join("\n", [
    "api-host=${var.host}.${var.domain}",
    "web-host=${var.host}-admin.${var.domain}",
    "postgres-network=${var.network}",
    "postgres-port=${local.ports.postgres}",
    "kafka-network=${var.network}",
    "kafka-port=${local.ports.kafka}",
    "redis-network=${var.network}",
    "redis-port=${local.ports.redis}",
  ])
}

output "cluster_name" {
  description = "For aws eks update-kubeconfig."
  value       = aws_eks_cluster.this.name
}

output "region" {
  description = "Where everything is."
  value       = var.region
}

output "postgres_host" {
  description = "PostgreSQL's address, inside the VPC only."
  value       = aws_db_instance.this.address
}

output "postgres_database" {
  description = "The database."
  value       = aws_db_instance.this.db_name
}

output "postgres_secret" {
  description = "The Secret in which RDS keeps the user and its password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "kafka_brokers" {
  description = "Kafka's brokers: TLS and SCRAM, inside the VPC only."
  value       = aws_msk_cluster.this.bootstrap_brokers_sasl_scram
}

output "kafka_secret" {
  description = "The Secret with Kafka's user and password."
  value       = aws_secretsmanager_secret.kafka.arn
}

output "redis_host" {
  description = "Redis' address: TLS, inside the VPC only."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "redis_secret" {
  description = "The Secret with Redis' user and password."
  value       = aws_secretsmanager_secret.redis.arn
}
