# Written by crosswall. Changes are overwritten.

output "security_group_ids" {
  description = "The security group of each segment."
  value = {
    b = aws_security_group.b.id
  }
  depends_on = [
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-0_32,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-2_31,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-4_30,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-8_29,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-16_28,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-32_27,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-64_29,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-72_30,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-76_32,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-78_31,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-80_28,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-96_27,
    aws_vpc_security_group_ingress_rule.b_tcp-80_from_192-0-2-128_25,
    aws_vpc_security_group_ingress_rule.b_tcp-443_from_2001-db8--_32,
  ]
}
