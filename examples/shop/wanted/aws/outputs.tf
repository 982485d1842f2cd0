# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    kube-system-coredns = aws_security_group.kube-system-coredns.id
    shop-backend        = aws_security_group.shop-backend.id
    shop-database       = aws_security_group.shop-database.id
    shop-frontend       = aws_security_group.shop-frontend.id
  }
}
