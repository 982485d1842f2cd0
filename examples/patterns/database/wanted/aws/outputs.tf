# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    demo-backend  = aws_security_group.demo-backend.id
    demo-batch    = aws_security_group.demo-batch.id
    demo-database = aws_security_group.demo-database.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.demo-backend_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-backend_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-backend_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-backend_any_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-batch_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-batch_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-batch_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-batch_any_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-database_icmp-3-4_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.demo-database_icmpv6-2_from_any_ipv6,
    aws_vpc_security_group_ingress_rule.demo-database_tcp-5432_from_demo-backend,
    aws_vpc_security_group_ingress_rule.demo-database_tcp-5432_from_demo-database,
    aws_vpc_security_group_egress_rule.demo-database_icmp-3-4_to_any_ipv4,
    aws_vpc_security_group_egress_rule.demo-database_icmpv6-2_to_any_ipv6,
    aws_vpc_security_group_egress_rule.demo-database_tcp-5432_to_demo-database,
  ]
}
