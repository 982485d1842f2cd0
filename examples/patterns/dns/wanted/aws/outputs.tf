# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-web            = aws_security_group.demo-web.id
    kube-system-coredns = aws_security_group.kube-system-coredns.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.demo-web_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-web_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-web_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-web_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-web_tcp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.demo-web_udp-53_to_kube-system-coredns,
    aws_vpc_security_group_ingress_rule.kube-system-coredns_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.kube-system-coredns_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.kube-system-coredns_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.kube-system-coredns_any_to_any_ipv6,
  ]
}
