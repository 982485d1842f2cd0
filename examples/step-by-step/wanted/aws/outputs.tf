# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-backend  = aws_security_group.demo-backend.id
    demo-frontend = aws_security_group.demo-frontend.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.demo-backend_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-backend_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-backend_tcp-9000_from_demo-frontend,
    aws_vpc_security_group_egress_rule.demo-backend_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-backend_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-frontend_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-frontend_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-frontend_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-frontend_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-frontend_tcp-9000_to_demo-backend,
  ]
}
