# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-backend  = aws_security_group.demo-backend.id
    demo-batch    = aws_security_group.demo-batch.id
    demo-database = aws_security_group.demo-database.id
  }
}
