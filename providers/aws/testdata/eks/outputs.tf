# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    back  = aws_security_group.back.id
    data  = aws_security_group.data.id
    front = aws_security_group.front.id
  }
}
