# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-web            = aws_security_group.demo-web.id
    kube-system-coredns = aws_security_group.kube-system-coredns.id
  }
}
