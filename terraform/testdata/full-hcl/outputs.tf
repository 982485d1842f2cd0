# Written by crosswall. Changes are overwritten.

output "db" {
  description = "Group of the database."
  value       = aws_security_group.db.id
  depends_on  = [aws_vpc_security_group_ingress_rule.db]
}
