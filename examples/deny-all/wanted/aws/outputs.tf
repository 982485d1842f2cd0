# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-api = aws_security_group.demo-api.id
    demo-web = aws_security_group.demo-web.id
  }
}
