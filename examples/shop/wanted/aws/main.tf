# Written by crosswall. Changes are overwritten.

# kube-system/Deployment/coredns
resource "aws_security_group" "kube-system-coredns" {
  region      = "eu-west-1"
  name_prefix = "crosswall-kube-system-coredns-"
  description = "Workloads of segment kube-system-coredns"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "kube-system-coredns"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# any from 0.0.0.0/0
# no policy isolates kube-system-coredns for ingress
resource "aws_vpc_security_group_ingress_rule" "kube-system-coredns_any_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for ingress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any from ::/0
# no policy isolates kube-system-coredns for ingress
resource "aws_vpc_security_group_ingress_rule" "kube-system-coredns_any_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for ingress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# any to 0.0.0.0/0
# no policy isolates kube-system-coredns for egress
resource "aws_vpc_security_group_egress_rule" "kube-system-coredns_any_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for egress"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# any to ::/0
# no policy isolates kube-system-coredns for egress
resource "aws_vpc_security_group_egress_rule" "kube-system-coredns_any_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.kube-system-coredns.id
  description       = "no policy isolates kube-system-coredns for egress"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

# shop/Deployment/backend
resource "aws_security_group" "shop-backend" {
  region      = "eu-west-1"
  name_prefix = "crosswall-shop-backend-"
  description = "Workloads of segment shop-backend"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "shop-backend"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-backend_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp from 10.0.16.0/20
# platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_vpc_security_group_ingress_rule" "shop-backend_tcp_from_10-0-16-0_20" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod-s own node is always allowed)"
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "10.0.16.0/20"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-backend_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/9000 from shop-frontend
# NetworkPolicy shop/backend
resource "aws_vpc_security_group_ingress_rule" "shop-backend_tcp-9000_from_shop-frontend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-backend.id
  description                  = "NetworkPolicy shop/backend"
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
  referenced_security_group_id = aws_security_group.shop-frontend.id
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-backend_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/443 to 10.0.15.0/28
# platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_vpc_security_group_egress_rule" "shop-backend_tcp-443_to_10-0-15-0_28" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: pods talk to the API server (Amazon EKS user guide, security group requirements)"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.15.0/28"
}

# tcp/443 to 203.0.113.0/25
# NetworkPolicy shop/backend
resource "aws_vpc_security_group_egress_rule" "shop-backend_tcp-443_to_203-0-113-0_25" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "NetworkPolicy shop/backend"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "203.0.113.0/25"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-backend_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-backend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-backend_tcp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-backend.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "tcp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# udp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-backend_udp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-backend.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "udp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# tcp/5432 to shop-database
# NetworkPolicy shop/backend
resource "aws_vpc_security_group_egress_rule" "shop-backend_tcp-5432_to_shop-database" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-backend.id
  description                  = "NetworkPolicy shop/backend"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.shop-database.id
}

# shop/StatefulSet/database
resource "aws_security_group" "shop-database" {
  region      = "eu-west-1"
  name_prefix = "crosswall-shop-database-"
  description = "Workloads of segment shop-database"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "shop-database"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-database_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp from 10.0.16.0/20
# platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_vpc_security_group_ingress_rule" "shop-database_tcp_from_10-0-16-0_20" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod-s own node is always allowed)"
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "10.0.16.0/20"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-database_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/5432 from shop-backend
# NetworkPolicy shop/database
resource "aws_vpc_security_group_ingress_rule" "shop-database_tcp-5432_from_shop-backend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-database.id
  description                  = "NetworkPolicy shop/database"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.shop-backend.id
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-database_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/443 to 10.0.15.0/28
# platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_vpc_security_group_egress_rule" "shop-database_tcp-443_to_10-0-15-0_28" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: pods talk to the API server (Amazon EKS user guide, security group requirements)"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.15.0/28"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-database_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-database.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-database_tcp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-database.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "tcp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# udp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-database_udp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-database.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "udp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# shop/Deployment/frontend
resource "aws_security_group" "shop-frontend" {
  region      = "eu-west-1"
  name_prefix = "crosswall-shop-frontend-"
  description = "Workloads of segment shop-frontend"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "shop-frontend"
    managed-by = "crosswall"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-frontend_icmp-3-4_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/8080 from 0.0.0.0/0
# NetworkPolicy shop/frontend
resource "aws_vpc_security_group_ingress_rule" "shop-frontend_tcp-8080_from_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "NetworkPolicy shop/frontend"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp from 10.0.16.0/20
# platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_vpc_security_group_ingress_rule" "shop-frontend_tcp_from_10-0-16-0_20" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod-s own node is always allowed)"
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "10.0.16.0/20"
}

# icmpv6 type 2 from ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_ingress_rule" "shop-frontend_icmpv6-2_from_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-frontend_icmp-3-4_to_any_ipv4" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmp"
  from_port         = 3
  to_port           = 4
  cidr_ipv4         = "0.0.0.0/0"
}

# tcp/443 to 10.0.15.0/28
# platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_vpc_security_group_egress_rule" "shop-frontend_tcp-443_to_10-0-15-0_28" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: pods talk to the API server (Amazon EKS user guide, security group requirements)"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.15.0/28"
}

# icmpv6 type 2 to ::/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_vpc_security_group_egress_rule" "shop-frontend_icmpv6-2_to_any_ipv6" {
  region            = "eu-west-1"
  security_group_id = aws_security_group.shop-frontend.id
  description       = "platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)"
  ip_protocol       = "icmpv6"
  from_port         = 2
  to_port           = -1
  cidr_ipv6         = "::/0"
}

# tcp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-frontend_tcp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-frontend.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "tcp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# udp/53 to kube-system-coredns
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# NetworkPolicy shop/dns
resource "aws_vpc_security_group_egress_rule" "shop-frontend_udp-53_to_kube-system-coredns" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-frontend.id
  description                  = "platform: pods look up names (Kubernetes documentation, DNS for Services and Pods); NetworkPolicy shop/dns"
  ip_protocol                  = "udp"
  from_port                    = 53
  to_port                      = 53
  referenced_security_group_id = aws_security_group.kube-system-coredns.id
}

# tcp/9000 to shop-backend
# NetworkPolicy shop/frontend
resource "aws_vpc_security_group_egress_rule" "shop-frontend_tcp-9000_to_shop-backend" {
  region                       = "eu-west-1"
  security_group_id            = aws_security_group.shop-frontend.id
  description                  = "NetworkPolicy shop/frontend"
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000
  referenced_security_group_id = aws_security_group.shop-backend.id
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
# no policy isolates kube-system-coredns for ingress
# return of no policy isolates kube-system-coredns for egress
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
# return of no policy isolates kube-system-coredns for ingress
# no policy isolates kube-system-coredns for egress
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
  subnet_id      = "subnet-0b22222222222222b"
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

# tcp/5432 from 10.0.2.0/25
# NetworkPolicy shop/backend
# NetworkPolicy shop/database
resource "aws_network_acl_rule" "data_in_tcp-5432_from_10-0-2-0_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 9689
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 5432
  to_port        = 5432
  cidr_block     = "10.0.2.0/25"
}

# tcp/32768-60999 from 10.0.2.128/25
# return of platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# return of no policy isolates kube-system-coredns for ingress
# return of NetworkPolicy shop/dns
resource "aws_network_acl_rule" "data_in_tcp-32768-60999_from_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 3432
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.128/25"
}

# udp/32768-60999 from 10.0.2.128/25
# return of platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# return of no policy isolates kube-system-coredns for ingress
# return of NetworkPolicy shop/dns
resource "aws_network_acl_rule" "data_in_udp-32768-60999_from_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 25115
  egress         = false
  rule_action    = "allow"
  protocol       = "udp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.128/25"
}

# tcp/32768-60999 from 10.0.15.0/28
# return of platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_network_acl_rule" "data_in_tcp-32768-60999_from_10-0-15-0_28" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 14509
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.15.0/28"
}

# tcp from 10.0.16.0/20
# platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_network_acl_rule" "data_in_tcp_from_10-0-16-0_20" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 31688
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 0
  to_port        = 65535
  cidr_block     = "10.0.16.0/20"
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

# tcp/32768-60999 to 10.0.2.0/25
# return of NetworkPolicy shop/backend
# return of NetworkPolicy shop/database
resource "aws_network_acl_rule" "data_out_tcp-32768-60999_to_10-0-2-0_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 10398
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.0/25"
}

# tcp/53 to 10.0.2.128/25
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# no policy isolates kube-system-coredns for ingress
# NetworkPolicy shop/dns
resource "aws_network_acl_rule" "data_out_tcp-53_to_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 17601
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 53
  to_port        = 53
  cidr_block     = "10.0.2.128/25"
}

# udp/53 to 10.0.2.128/25
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# no policy isolates kube-system-coredns for ingress
# NetworkPolicy shop/dns
resource "aws_network_acl_rule" "data_out_udp-53_to_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 16263
  egress         = true
  rule_action    = "allow"
  protocol       = "udp"
  from_port      = 53
  to_port        = 53
  cidr_block     = "10.0.2.128/25"
}

# tcp/443 to 10.0.15.0/28
# platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_network_acl_rule" "data_out_tcp-443_to_10-0-15-0_28" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 4872
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 443
  to_port        = 443
  cidr_block     = "10.0.15.0/28"
}

# tcp/1024-65535 to 10.0.16.0/20
# return of platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_network_acl_rule" "data_out_tcp-1024-65535_to_10-0-16-0_20" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  rule_number    = 30902
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "10.0.16.0/20"
}

resource "aws_network_acl_association" "data" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.data.id
  subnet_id      = "subnet-0c33333333333333c"
  depends_on = [
    aws_network_acl_rule.data_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.data_in_tcp-5432_from_10-0-2-0_25,
    aws_network_acl_rule.data_in_tcp-32768-60999_from_10-0-2-128_25,
    aws_network_acl_rule.data_in_udp-32768-60999_from_10-0-2-128_25,
    aws_network_acl_rule.data_in_tcp-32768-60999_from_10-0-15-0_28,
    aws_network_acl_rule.data_in_tcp_from_10-0-16-0_20,
    aws_network_acl_rule.data_out_icmp-3-4_to_any_ipv4,
    aws_network_acl_rule.data_out_tcp-32768-60999_to_10-0-2-0_25,
    aws_network_acl_rule.data_out_tcp-53_to_10-0-2-128_25,
    aws_network_acl_rule.data_out_udp-53_to_10-0-2-128_25,
    aws_network_acl_rule.data_out_tcp-443_to_10-0-15-0_28,
    aws_network_acl_rule.data_out_tcp-1024-65535_to_10-0-16-0_20,
  ]
}

# subnet web
resource "aws_network_acl" "web" {
  region = "eu-west-1"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  tags = {
    Name       = "web"
    managed-by = "crosswall"
  }
}

# icmp type 3 code 4 from 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "web_in_icmp-3-4_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 7117
  egress         = false
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# tcp/8080 from 0.0.0.0/0
# NetworkPolicy shop/frontend
resource "aws_network_acl_rule" "web_in_tcp-8080_from_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 3100
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 8080
  to_port        = 8080
  cidr_block     = "0.0.0.0/0"
}

# tcp/32768-60999 from 10.0.2.0/25
# return of NetworkPolicy shop/frontend
# return of NetworkPolicy shop/backend
resource "aws_network_acl_rule" "web_in_tcp-32768-60999_from_10-0-2-0_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 2393
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.0/25"
}

# tcp/32768-60999 from 10.0.2.128/25
# return of platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# return of no policy isolates kube-system-coredns for ingress
# return of NetworkPolicy shop/dns
resource "aws_network_acl_rule" "web_in_tcp-32768-60999_from_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 3432
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.128/25"
}

# udp/32768-60999 from 10.0.2.128/25
# return of platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# return of no policy isolates kube-system-coredns for ingress
# return of NetworkPolicy shop/dns
resource "aws_network_acl_rule" "web_in_udp-32768-60999_from_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 25115
  egress         = false
  rule_action    = "allow"
  protocol       = "udp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.2.128/25"
}

# tcp/32768-60999 from 10.0.15.0/28
# return of platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_network_acl_rule" "web_in_tcp-32768-60999_from_10-0-15-0_28" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 14509
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 32768
  to_port        = 60999
  cidr_block     = "10.0.15.0/28"
}

# tcp from 10.0.16.0/20
# platform: the kubelet probes the pods of its node (Kubernetes documentation, Network Policies: traffic from a pod's own node is always allowed)
resource "aws_network_acl_rule" "web_in_tcp_from_10-0-16-0_20" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 31688
  egress         = false
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 0
  to_port        = 65535
  cidr_block     = "10.0.16.0/20"
}

# icmp type 3 code 4 to 0.0.0.0/0
# platform: Path MTU Discovery: without it large packets vanish (RFC 1191, RFC 8201)
resource "aws_network_acl_rule" "web_out_icmp-3-4_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 1206
  egress         = true
  rule_action    = "allow"
  protocol       = "icmp"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "0.0.0.0/0"
}

# tcp/1024-65535 to 0.0.0.0/0
# return of NetworkPolicy shop/frontend
resource "aws_network_acl_rule" "web_out_tcp-1024-65535_to_any_ipv4" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 31375
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 1024
  to_port        = 65535
  cidr_block     = "0.0.0.0/0"
}

# tcp/53 to 10.0.2.128/25
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# no policy isolates kube-system-coredns for ingress
# NetworkPolicy shop/dns
resource "aws_network_acl_rule" "web_out_tcp-53_to_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 17601
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 53
  to_port        = 53
  cidr_block     = "10.0.2.128/25"
}

# udp/53 to 10.0.2.128/25
# platform: pods look up names (Kubernetes documentation, DNS for Services and Pods)
# no policy isolates kube-system-coredns for ingress
# NetworkPolicy shop/dns
resource "aws_network_acl_rule" "web_out_udp-53_to_10-0-2-128_25" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 16263
  egress         = true
  rule_action    = "allow"
  protocol       = "udp"
  from_port      = 53
  to_port        = 53
  cidr_block     = "10.0.2.128/25"
}

# tcp/443 to 10.0.15.0/28
# platform: pods talk to the API server (Amazon EKS user guide, security group requirements)
resource "aws_network_acl_rule" "web_out_tcp-443_to_10-0-15-0_28" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  rule_number    = 4872
  egress         = true
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 443
  to_port        = 443
  cidr_block     = "10.0.15.0/28"
}

resource "aws_network_acl_association" "web" {
  region         = "eu-west-1"
  network_acl_id = aws_network_acl.web.id
  subnet_id      = "subnet-0a11111111111111a"
  depends_on = [
    aws_network_acl_rule.web_in_icmp-3-4_from_any_ipv4,
    aws_network_acl_rule.web_in_tcp-8080_from_any_ipv4,
    aws_network_acl_rule.web_in_tcp-32768-60999_from_10-0-2-0_25,
    aws_network_acl_rule.web_in_tcp-32768-60999_from_10-0-2-128_25,
    aws_network_acl_rule.web_in_udp-32768-60999_from_10-0-2-128_25,
    aws_network_acl_rule.web_in_tcp-32768-60999_from_10-0-15-0_28,
    aws_network_acl_rule.web_in_tcp_from_10-0-16-0_20,
    aws_network_acl_rule.web_out_icmp-3-4_to_any_ipv4,
    aws_network_acl_rule.web_out_tcp-1024-65535_to_any_ipv4,
    aws_network_acl_rule.web_out_tcp-53_to_10-0-2-128_25,
    aws_network_acl_rule.web_out_udp-53_to_10-0-2-128_25,
    aws_network_acl_rule.web_out_tcp-443_to_10-0-15-0_28,
  ]
}
