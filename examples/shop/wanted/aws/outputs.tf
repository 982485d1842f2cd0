# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    kube-system-coredns = aws_security_group.kube-system-coredns.id
    shop-backend        = aws_security_group.shop-backend.id
    shop-database       = aws_security_group.shop-database.id
    shop-frontend       = aws_security_group.shop-frontend.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.kube-system-coredns_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.kube-system-coredns_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.kube-system-coredns_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.kube-system-coredns_any_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.shop-backend_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.shop-backend_tcp_from_10-0-16-0_20,
    aws_vpc_security_group_ingress_rule.shop-backend_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_ingress_rule.shop-backend_tcp-9000_from_shop-frontend,
    aws_vpc_security_group_egress_rule.shop-backend_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.shop-backend_tcp-443_to_10-0-15-0_28,
    aws_vpc_security_group_egress_rule.shop-backend_tcp-443_to_203-0-113-0_25,
    aws_vpc_security_group_egress_rule.shop-backend_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.shop-backend_tcp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.shop-backend_udp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.shop-backend_tcp-5432_to_shop-database,
    aws_vpc_security_group_ingress_rule.shop-database_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.shop-database_tcp_from_10-0-16-0_20,
    aws_vpc_security_group_ingress_rule.shop-database_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_ingress_rule.shop-database_tcp-5432_from_shop-backend,
    aws_vpc_security_group_egress_rule.shop-database_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.shop-database_tcp-443_to_10-0-15-0_28,
    aws_vpc_security_group_egress_rule.shop-database_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.shop-database_tcp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.shop-database_udp-53_to_kube-system-coredns,
    aws_vpc_security_group_ingress_rule.shop-frontend_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.shop-frontend_tcp-8080_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.shop-frontend_tcp_from_10-0-16-0_20,
    aws_vpc_security_group_ingress_rule.shop-frontend_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_egress_rule.shop-frontend_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.shop-frontend_tcp-443_to_10-0-15-0_28,
    aws_vpc_security_group_egress_rule.shop-frontend_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.shop-frontend_tcp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.shop-frontend_udp-53_to_kube-system-coredns,
    aws_vpc_security_group_egress_rule.shop-frontend_tcp-9000_to_shop-backend,
  ]
}
