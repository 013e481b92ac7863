variable "name" {
  description = "The application, and its namespace in the cluster; part of the name of everything here."
  type        = string
  default     = "cloudnative"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "Lower case letters, digits and hyphens, 2 to 21 characters."
  }
}

variable "environment" {
  description = "Which installation this is, such as production."
  type        = string
  default     = "production"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "Lower case letters, digits and hyphens, 2 to 16 characters."
  }
}

variable "region" {
  description = "The AWS region; it must have three availability zones."
  type        = string
}

variable "domain" {
  description = "A Route 53 hosted zone of yours that exists, such as example.com."
  type        = string
}

variable "host" {
  description = "The name below the domain under which the API answers."
  type        = string
  default     = "metering"
}

variable "network" {
  description = "The VPC's addresses; a /16 leaves room for pods."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.network, 8, 20))
    error_message = "An IPv4 range of /16 to /20."
  }
}

variable "api_server_access" {
  description = "Addresses that may reach the cluster's API server over the internet. Empty: from inside the VPC only (VPN, bastion, a runner there)."
  type        = list(string)
  default     = []
}

variable "cluster_admins" {
  description = "ARNs of IAM roles that may administer the cluster."
  type        = list(string)
}

variable "kubernetes_version" {
  description = "EKS' version."
  type        = string
  default     = "1.33"
}

variable "nodes" {
  description = "The node group: type, and how many at least and at most. Three zones need three."
  type = object({
    instance_type = optional(string, "m7i.xlarge")
    min           = optional(number, 3)
    max           = optional(number, 9)
  })
  default = {}

  validation {
    condition     = var.nodes.min >= 3
    error_message = "At least 3: one in each zone."
  }
}

variable "database" {
  description = "RDS: instance class, GiB to begin with and at most, days of backups. docs/runbook.md says how big."
  type = object({
    instance_class        = optional(string, "db.m7g.xlarge")
    allocated_storage     = optional(number, 400)
    max_allocated_storage = optional(number, 2000)
    backup_days           = optional(number, 14)
  })
  default = {}
}

variable "kafka" {
  description = "MSK: broker type, brokers (a multiple of 3), GiB of each, hours that events are kept (twice the longest time that counting may stand still)."
  type = object({
    instance_type   = optional(string, "kafka.m7g.large")
    brokers         = optional(number, 3)
    volume_size     = optional(number, 200)
    retention_hours = optional(number, 168)
  })
  default = {}

  validation {
    condition     = var.kafka.brokers % 3 == 0
    error_message = "A multiple of 3: one broker in each zone."
  }
}

variable "kafka_password_version" {
  description = "Raise it to give Kafka's user another password."
  type        = number
  default     = 1
}

variable "cache_node_type" {
  description = "ElastiCache's node type. It is a cache: a small one does."
  type        = string
  default     = "cache.t4g.small"
}

variable "log_days" {
  description = "Days that logs of the cluster and of the data servers are kept."
  type        = number
  default     = 90
}
