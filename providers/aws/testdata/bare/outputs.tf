# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    back  = aws_security_group.back.id
    front = aws_security_group.front.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.back_tcp-80_from_front,
    aws_vpc_security_group_egress_rule.back_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.back_any_to_any_ipv6,
    aws_vpc_security_group_ingress_rule.front_any_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.front_any_from_any_ipv6,
    aws_vpc_security_group_egress_rule.front_any_to_any_ipv4,
    aws_vpc_security_group_egress_rule.front_any_to_any_ipv6,
  ]
}
