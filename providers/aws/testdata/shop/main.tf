# Written by crosswall. Changes are overwritten.

# shop/Deployment/back
resource "aws_security_group" "back" {
  region      = "eu-central-1"
  name_prefix = "crosswall-back-"
  description = "Workloads of segment back"
  vpc_id      = "vpc-0123"
  tags = {
    Name       = "back"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# tcp/8080 from front
# NetworkPolicy shop/back
resource "aws_vpc_security_group_ingress_rule" "back_tcp-8080_from_front" {
  region                       = "eu-central-1"
  security_group_id            = aws_security_group.back.id
  description                  = "NetworkPolicy shop/back"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.front.id
}

# tcp/443 to 203.0.113.0/25
# NetworkPolicy shop/back
resource "aws_vpc_security_group_egress_rule" "back_tcp-443_to_203-0-113-0_25" {
  region            = "eu-central-1"
  security_group_id = aws_security_group.back.id
  description       = "NetworkPolicy shop/back"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "203.0.113.0/25"
}

# tcp/5432 to data
# NetworkPolicy shop/back
resource "aws_vpc_security_group_egress_rule" "back_tcp-5432_to_data" {
  region                       = "eu-central-1"
  security_group_id            = aws_security_group.back.id
  description                  = "NetworkPolicy shop/back"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.data.id
}

# shop/Deployment/data
resource "aws_security_group" "data" {
  region      = "eu-central-1"
  name_prefix = "crosswall-data-"
  description = "Workloads of segment data"
  vpc_id      = "vpc-0123"
  tags = {
    Name       = "data"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# tcp/5432 from back
# NetworkPolicy shop/data
resource "aws_vpc_security_group_ingress_rule" "data_tcp-5432_from_back" {
  region                       = "eu-central-1"
  security_group_id            = aws_security_group.data.id
  description                  = "NetworkPolicy shop/data"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.back.id
}

# shop/Deployment/front
resource "aws_security_group" "front" {
  region      = "eu-central-1"
  name_prefix = "crosswall-front-"
  description = "Workloads of segment front"
  vpc_id      = "vpc-0123"
  tags = {
    Name       = "front"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# tcp/443 from 0.0.0.0/0
# NetworkPolicy shop/front
resource "aws_vpc_security_group_ingress_rule" "front_tcp-443_from_any_ipv4" {
  region            = "eu-central-1"
  security_group_id = aws_security_group.front.id
  description       = "NetworkPolicy shop/front"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/443 from ::/0
# NetworkPolicy shop/front
resource "aws_vpc_security_group_ingress_rule" "front_tcp-443_from_any_ipv6" {
  region            = "eu-central-1"
  security_group_id = aws_security_group.front.id
  description       = "NetworkPolicy shop/front"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv6         = "::/0"
}

# tcp/8080 to back
# NetworkPolicy shop/front
resource "aws_vpc_security_group_egress_rule" "front_tcp-8080_to_back" {
  region                       = "eu-central-1"
  security_group_id            = aws_security_group.front.id
  description                  = "NetworkPolicy shop/front"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.back.id
}

# subnet net-back
resource "aws_network_acl" "net-back" {
  region = "eu-central-1"
  vpc_id = "vpc-0123"
  tags = {
    Name       = "net-back"
    managed-by = "crosswall"
  }
}

# tcp/8080 from 10.0.1.0/24
# NetworkPolicy shop/front
# NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_in_tcp-8080_from_10-0-1-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 11265
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 8080
  to_port        = 8080
  cidr_block     = "10.0.1.0/24"
}

# tcp/1024-65535 from 10.0.3.0/24
# return of NetworkPolicy shop/back
# return of NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-back_in_tcp-1024-65535_from_10-0-3-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 25757
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.0.3.0/24"
}

# tcp/1024-65535 from 203.0.113.0/25
# return of NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_in_tcp-1024-65535_from_203-0-113-0_25" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 2802
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "203.0.113.0/25"
}

# tcp/8080 from fd00:1::/64
# NetworkPolicy shop/front
# NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_in_tcp-8080_from_fd00-1--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 29400
  egress          = false
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 8080
  to_port         = 8080
  ipv6_cidr_block = "fd00:1::/64"
}

# tcp/1024-65535 from fd00:3::/64
# return of NetworkPolicy shop/back
# return of NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-back_in_tcp-1024-65535_from_fd00-3--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 31305
  egress          = false
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1024
  to_port         = 65535
  ipv6_cidr_block = "fd00:3::/64"
}

# tcp/1024-65535 to 10.0.1.0/24
# return of NetworkPolicy shop/front
# return of NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_out_tcp-1024-65535_to_10-0-1-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 26696
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.0.1.0/24"
}

# tcp/5432 to 10.0.3.0/24
# NetworkPolicy shop/back
# NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-back_out_tcp-5432_to_10-0-3-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 8267
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 5432
  to_port        = 5432
  cidr_block     = "10.0.3.0/24"
}

# tcp/443 to 203.0.113.0/25
# NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_out_tcp-443_to_203-0-113-0_25" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  rule_number    = 16013
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 443
  to_port        = 443
  cidr_block     = "203.0.113.0/25"
}

# tcp/1024-65535 to fd00:1::/64
# return of NetworkPolicy shop/front
# return of NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-back_out_tcp-1024-65535_to_fd00-1--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 6101
  egress          = true
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1024
  to_port         = 65535
  ipv6_cidr_block = "fd00:1::/64"
}

# tcp/5432 to fd00:3::/64
# NetworkPolicy shop/back
# NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-back_out_tcp-5432_to_fd00-3--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-back.id
  rule_number     = 2578
  egress          = true
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 5432
  to_port         = 5432
  ipv6_cidr_block = "fd00:3::/64"
}

resource "aws_network_acl_association" "net-back" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-back.id
  subnet_id      = "subnet-net-back"
  depends_on = [
    aws_network_acl_rule.net-back_in_tcp-8080_from_10-0-1-0_24,
    aws_network_acl_rule.net-back_in_tcp-1024-65535_from_10-0-3-0_24,
    aws_network_acl_rule.net-back_in_tcp-1024-65535_from_203-0-113-0_25,
    aws_network_acl_rule.net-back_in_tcp-8080_from_fd00-1--_64,
    aws_network_acl_rule.net-back_in_tcp-1024-65535_from_fd00-3--_64,
    aws_network_acl_rule.net-back_out_tcp-1024-65535_to_10-0-1-0_24,
    aws_network_acl_rule.net-back_out_tcp-5432_to_10-0-3-0_24,
    aws_network_acl_rule.net-back_out_tcp-443_to_203-0-113-0_25,
    aws_network_acl_rule.net-back_out_tcp-1024-65535_to_fd00-1--_64,
    aws_network_acl_rule.net-back_out_tcp-5432_to_fd00-3--_64,
  ]
}

# subnet net-data
resource "aws_network_acl" "net-data" {
  region = "eu-central-1"
  vpc_id = "vpc-0123"
  tags = {
    Name       = "net-data"
    managed-by = "crosswall"
  }
}

# tcp/5432 from 10.0.2.0/24
# NetworkPolicy shop/back
# NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-data_in_tcp-5432_from_10-0-2-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-data.id
  rule_number    = 431
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 5432
  to_port        = 5432
  cidr_block     = "10.0.2.0/24"
}

# tcp/5432 from fd00:2::/64
# NetworkPolicy shop/back
# NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-data_in_tcp-5432_from_fd00-2--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-data.id
  rule_number     = 11608
  egress          = false
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 5432
  to_port         = 5432
  ipv6_cidr_block = "fd00:2::/64"
}

# tcp/1024-65535 to 10.0.2.0/24
# return of NetworkPolicy shop/back
# return of NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-data_out_tcp-1024-65535_to_10-0-2-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-data.id
  rule_number    = 13546
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.0.2.0/24"
}

# tcp/1024-65535 to fd00:2::/64
# return of NetworkPolicy shop/back
# return of NetworkPolicy shop/data
resource "aws_network_acl_rule" "net-data_out_tcp-1024-65535_to_fd00-2--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-data.id
  rule_number     = 18528
  egress          = true
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1024
  to_port         = 65535
  ipv6_cidr_block = "fd00:2::/64"
}

resource "aws_network_acl_association" "net-data" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-data.id
  subnet_id      = "subnet-net-data"
  depends_on = [
    aws_network_acl_rule.net-data_in_tcp-5432_from_10-0-2-0_24,
    aws_network_acl_rule.net-data_in_tcp-5432_from_fd00-2--_64,
    aws_network_acl_rule.net-data_out_tcp-1024-65535_to_10-0-2-0_24,
    aws_network_acl_rule.net-data_out_tcp-1024-65535_to_fd00-2--_64,
  ]
}

# subnet net-front
resource "aws_network_acl" "net-front" {
  region = "eu-central-1"
  vpc_id = "vpc-0123"
  tags = {
    Name       = "net-front"
    managed-by = "crosswall"
  }
}

# tcp/443 from 0.0.0.0/0
# NetworkPolicy shop/front
resource "aws_network_acl_rule" "net-front_in_tcp-443_from_any_ipv4" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-front.id
  rule_number    = 27622
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 443
  to_port        = 443
  cidr_block     = "0.0.0.0/0"
}

# tcp/1024-65535 from 10.0.2.0/24
# return of NetworkPolicy shop/front
# return of NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-front_in_tcp-1024-65535_from_10-0-2-0_24" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-front.id
  rule_number    = 23039
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.0.2.0/24"
}

# tcp/443 from ::/0
# NetworkPolicy shop/front
resource "aws_network_acl_rule" "net-front_in_tcp-443_from_any_ipv6" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-front.id
  rule_number     = 4830
  egress          = false
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 443
  to_port         = 443
  ipv6_cidr_block = "::/0"
}

# tcp/1024-65535 from fd00:2::/64
# return of NetworkPolicy shop/front
# return of NetworkPolicy shop/back
resource "aws_network_acl_rule" "net-front_in_tcp-1024-65535_from_fd00-2--_64" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-front.id
  rule_number     = 29645
  egress          = false
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1024
  to_port         = 65535
  ipv6_cidr_block = "fd00:2::/64"
}

# tcp/1024-65535 to 0.0.0.0/0
# return of NetworkPolicy shop/front
resource "aws_network_acl_rule" "net-front_out_tcp-1024-65535_to_any_ipv4" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-front.id
  rule_number    = 31375
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "0.0.0.0/0"
}

# tcp/1024-65535 to ::/0
# return of NetworkPolicy shop/front
resource "aws_network_acl_rule" "net-front_out_tcp-1024-65535_to_any_ipv6" {
  region          = "eu-central-1"
  network_acl_id  = aws_network_acl.net-front.id
  rule_number     = 17183
  egress          = true
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1024
  to_port         = 65535
  ipv6_cidr_block = "::/0"
}

resource "aws_network_acl_association" "net-front" {
  region         = "eu-central-1"
  network_acl_id = aws_network_acl.net-front.id
  subnet_id      = "subnet-net-front"
  depends_on = [
    aws_network_acl_rule.net-front_in_tcp-443_from_any_ipv4,
    aws_network_acl_rule.net-front_in_tcp-1024-65535_from_10-0-2-0_24,
    aws_network_acl_rule.net-front_in_tcp-443_from_any_ipv6,
    aws_network_acl_rule.net-front_in_tcp-1024-65535_from_fd00-2--_64,
    aws_network_acl_rule.net-front_out_tcp-1024-65535_to_any_ipv4,
    aws_network_acl_rule.net-front_out_tcp-1024-65535_to_any_ipv6,
  ]
}
