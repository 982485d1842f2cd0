# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    back  = aws_security_group.back.id
    data  = aws_security_group.data.id
    front = aws_security_group.front.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.back_tcp-8080_from_front,
    aws_vpc_security_group_egress_rule.back_tcp-443_to_203-0-113-0_25,
    aws_vpc_security_group_egress_rule.back_tcp-5432_to_data,
    aws_vpc_security_group_ingress_rule.data_tcp-5432_from_back,
    aws_vpc_security_group_ingress_rule.front_tcp-443_from_any_ipv4,
    aws_vpc_security_group_ingress_rule.front_tcp-443_from_any_ipv6,
    aws_vpc_security_group_egress_rule.front_tcp-8080_to_back,
  ]
}
