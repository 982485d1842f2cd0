# Written by crosswall. Changes are overwritten.

output "db" {
  description = "Group of the database."
  value       = aws_security_group.db.id
}
