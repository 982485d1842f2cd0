# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-api = aws_security_group.demo-api.id
    demo-web = aws_security_group.demo-web.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.demo-api_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-api_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-api_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-api_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-web_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-web_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-web_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-web_icmpv6-2_to_any_ipv6,
  ]
}
