# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-backend  = aws_security_group.demo-backend.id
    demo-frontend = aws_security_group.demo-frontend.id
  }
}
