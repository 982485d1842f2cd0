# Written by crosswall. Changes are overwritten.

# demo/Deployment/backend
resource "aws_security_group" "demo-backend" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-backend-"
  description = "Workloads of segment demo-backend"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-backend"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates demo-backend for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-backend_any_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "no policy isolates demo-backend for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates demo-backend for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-backend_any_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "no policy isolates demo-backend for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates demo-backend for egress
resource "aws_vpc_security_group_egress_rule" "demo-backend_any_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "no policy isolates demo-backend for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates demo-backend for egress
resource "aws_vpc_security_group_egress_rule" "demo-backend_any_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-backend.id
  description       = "no policy isolates demo-backend for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# demo/Deployment/batch
resource "aws_security_group" "demo-batch" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-batch-"
  description = "Workloads of segment demo-batch"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-batch"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates demo-batch for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-batch_any_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-batch.id
  description       = "no policy isolates demo-batch for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates demo-batch for ingress
resource "aws_vpc_security_group_ingress_rule" "demo-batch_any_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-batch.id
  description       = "no policy isolates demo-batch for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates demo-batch for egress
resource "aws_vpc_security_group_egress_rule" "demo-batch_any_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-batch.id
  description       = "no policy isolates demo-batch for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates demo-batch for egress
resource "aws_vpc_security_group_egress_rule" "demo-batch_any_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-batch.id
  description       = "no policy isolates demo-batch for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# demo/StatefulSet/database
resource "aws_security_group" "demo-database" {
  region      = "eu-west-1"
  name_prefix = "crosswall-demo-database-"
  description = "Workloads of segment demo-database"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "demo-database"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-database_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "demo-database_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/5432 from demo-backend
# NetworkPolicy demo/database
resource "aws_vpc_security_group_ingress_rule" "demo-database_tcp-5432_from_demo-backend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-database.id
  description                  = "NetworkPolicy demo/database"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.demo-backend.id
}

# tcp/5432 from demo-database
# NetworkPolicy demo/database
resource "aws_vpc_security_group_ingress_rule" "demo-database_tcp-5432_from_demo-database" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-database.id
  description                  = "NetworkPolicy demo/database"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.demo-database.id
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-database_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "demo-database_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.demo-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/5432 to demo-database
# NetworkPolicy demo/database
resource "aws_vpc_security_group_egress_rule" "demo-database_tcp-5432_to_demo-database" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.demo-database.id
  description                  = "NetworkPolicy demo/database"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.demo-database.id
}

# subnet app
resource "aws_network_acl" "app" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "app"
    managed-by = "crosswall"
  }
}

# any from 0.0.0.0/0
# no policy isolates demo-backend for ingress
# no policy isolates demo-batch for ingress
# return of no policy isolates demo-backend for egress
# return of no policy isolates demo-batch for egress
resource "aws_network_acl_rule" "app_in_any_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 9985
  egress         = false
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

# any to 0.0.0.0/0
# return of no policy isolates demo-backend for ingress
# return of no policy isolates demo-batch for ingress
# no policy isolates demo-backend for egress
# no policy isolates demo-batch for egress
resource "aws_network_acl_rule" "app_out_any_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  rule_number    = 9813
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_association" "app" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.app.id
  subnet_id      = "subnet-0aaaaaaaaaaaaaaaa"
  depends_on = [
    aws_network_acl_rule.app_in_any_from_any_ipv4,
    aws_network_acl_rule.app_out_any_to_any_ipv4,
  ]
}

# subnet data
resource "aws_network_acl" "data" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "data"
    managed-by = "crosswall"
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "data_in_icmp-3-4_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 7117
  egress         = false
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# tcp/5432 from 10.1.1.0/25
# no policy isolates demo-backend for egress
# NetworkPolicy demo/database
resource "aws_network_acl_rule" "data_in_tcp-5432_from_10-1-1-0_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 16707
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 5432
  to_port        = 5432
  cidr_block     = "10.1.1.0/25"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "data_out_icmp-3-4_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 1206
  egress         = true
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# tcp/1024-65535 to 10.1.1.0/25
# return of no policy isolates demo-backend for egress
# return of NetworkPolicy demo/database
resource "aws_network_acl_rule" "data_out_tcp-1024-65535_to_10-1-1-0_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 13433
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.1.1.0/25"
}

resource "aws_network_acl_association" "data" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  subnet_id      = "subnet-0bbbbbbbbbbbbbbbb"
  depends_on = [
    aws_network_acl_rule.data_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.data_in_tcp-5432_from_10-1-1-0_25,
    aws_network_acl_rule.data_out_icmp-3-4_to_any_ipv4,
    aws_network_acl_rule.data_out_tcp-1024-65535_to_10-1-1-0_25,
  ]
}
