terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.14.1"
    }
    random = {
      source  = "hashicorp/random"
      version = "3.7.2"
    }
  }

  # Where the state lies, and who locks it, is said by: terraform init -backend-config=backend.hcl (an example is in README.md).
  # It must be encrypted and closed: it holds Redis' password. PostgreSQL's is RDS' own, Kafka's is write-only.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      application = var.name
      environment = var.environment
      managed-by  = "terraform"
    }
  }
}
