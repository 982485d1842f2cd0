# Written by crosswall. Changes are overwritten.

resource "google_compute_network_firewall_policy" "crosswall" {
  name        = "crosswall"
  description = "Kubernetes network policies, translated by crosswall [managed-by: crosswall]"
}

# NetworkPolicy shop/backend
resource "google_compute_network_firewall_policy_rule" "backend_in_e81b6837" {
  rule_name       = "backend-in-e81b6837"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/backend"
  direction       = "INGRESS"
  priority        = 888740
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    src_secure_tags {
      name = var.secure_tags["frontend"]
    }

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["8080"]
    }
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "backend_in_1cb89d60" {
  rule_name       = "backend-in-1cb89d60"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate backend: whatever they do not admit is refus..."
  direction       = "INGRESS"
  priority        = 906290
  action          = "deny"
  depends_on      = [google_compute_network_firewall_policy_rule.backend_in_e81b6837]

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    src_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "backend_in_35401c22" {
  rule_name       = "backend-in-35401c22"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate backend: whatever they do not admit is refus..."
  direction       = "INGRESS"
  priority        = 957200
  action          = "deny"
  depends_on      = [google_compute_network_firewall_policy_rule.backend_in_e81b6837]

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    src_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# NetworkPolicy shop/backend
resource "google_compute_network_firewall_policy_rule" "backend_out_80de32e1" {
  rule_name       = "backend-out-80de32e1"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/backend"
  direction       = "EGRESS"
  priority        = 200250
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    dest_ip_ranges = ["192.0.2.0/25", "192.0.2.192/26"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["443"]
    }

    layer4_configs {
      ip_protocol = "udp"
      ports       = ["443"]
    }
  }
}

# NetworkPolicy shop/backend
resource "google_compute_network_firewall_policy_rule" "backend_out_44b1ddf5" {
  rule_name       = "backend-out-44b1ddf5"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/backend"
  direction       = "EGRESS"
  priority        = 108890
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    dest_ip_ranges = ["10.0.3.0/24"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["5432"]
    }
  }
}

# Policies isolate backend: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "backend_out_2e26393a" {
  rule_name       = "backend-out-2e26393a"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate backend: whatever they do not admit is refus..."
  direction       = "EGRESS"
  priority        = 922960
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.backend_out_80de32e1,
    google_compute_network_firewall_policy_rule.backend_out_44b1ddf5,
  ]

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    dest_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate backend: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "backend_out_742c94df" {
  rule_name       = "backend-out-742c94df"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate backend: whatever they do not admit is refus..."
  direction       = "EGRESS"
  priority        = 969180
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.backend_out_80de32e1,
    google_compute_network_firewall_policy_rule.backend_out_44b1ddf5,
  ]

  target_secure_tags {
    name = var.secure_tags["backend"]
  }

  match {
    dest_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# NetworkPolicy shop/db
resource "google_compute_network_firewall_policy_rule" "db_in_8c802003" {
  rule_name       = "db-in-8c802003"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/db"
  direction       = "INGRESS"
  priority        = 567980
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["db"]
  }

  match {
    src_secure_tags {
      name = var.secure_tags["backend"]
    }

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["5432"]
    }
  }
}

# Policies isolate db: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "db_in_a6b7079c" {
  rule_name       = "db-in-a6b7079c"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate db: whatever they do not admit is refused (i..."
  direction       = "INGRESS"
  priority        = 938210
  action          = "deny"
  depends_on      = [google_compute_network_firewall_policy_rule.db_in_8c802003]

  target_secure_tags {
    name = var.secure_tags["db"]
  }

  match {
    src_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate db: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "db_in_cf94e4b0" {
  rule_name       = "db-in-cf94e4b0"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate db: whatever they do not admit is refused (i..."
  direction       = "INGRESS"
  priority        = 945870
  action          = "deny"
  depends_on      = [google_compute_network_firewall_policy_rule.db_in_8c802003]

  target_secure_tags {
    name = var.secure_tags["db"]
  }

  match {
    src_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate db: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "db_out_ec57803c" {
  rule_name       = "db-out-ec57803c"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate db: whatever they do not admit is refused (e..."
  direction       = "EGRESS"
  priority        = 957470
  action          = "deny"

  target_secure_tags {
    name = var.secure_tags["db"]
  }

  match {
    dest_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate db: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "db_out_22156c12" {
  rule_name       = "db-out-22156c12"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate db: whatever they do not admit is refused (e..."
  direction       = "EGRESS"
  priority        = 999710
  action          = "deny"

  target_secure_tags {
    name = var.secure_tags["db"]
  }

  match {
    dest_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_network_firewall_policy_rule" "frontend_in_535a9164" {
  rule_name       = "frontend-in-535a9164"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/frontend"
  direction       = "INGRESS"
  priority        = 477640
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    src_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["443"]
    }
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_network_firewall_policy_rule" "frontend_in_26e49a62" {
  rule_name       = "frontend-in-26e49a62"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/frontend"
  direction       = "INGRESS"
  priority        = 141890
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    src_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["443"]
    }
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "frontend_in_04e6c3ce" {
  rule_name       = "frontend-in-04e6c3ce"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate frontend: whatever they do not admit is refu..."
  direction       = "INGRESS"
  priority        = 951630
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.frontend_in_535a9164,
    google_compute_network_firewall_policy_rule.frontend_in_26e49a62,
  ]

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    src_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_network_firewall_policy_rule" "frontend_in_44b2642d" {
  rule_name       = "frontend-in-44b2642d"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate frontend: whatever they do not admit is refu..."
  direction       = "INGRESS"
  priority        = 991740
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.frontend_in_535a9164,
    google_compute_network_firewall_policy_rule.frontend_in_26e49a62,
  ]

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    src_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_network_firewall_policy_rule" "frontend_out_db2d271d" {
  rule_name       = "frontend-out-db2d271d"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/frontend"
  direction       = "EGRESS"
  priority        = 412650
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    dest_ip_ranges = ["10.0.2.0/24"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["8080"]
    }
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_network_firewall_policy_rule" "frontend_out_4dcd6412" {
  rule_name       = "frontend-out-4dcd6412"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "NetworkPolicy shop/frontend"
  direction       = "EGRESS"
  priority        = 331090
  action          = "allow"

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    dest_ip_ranges = ["2001:db8:2::/64"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["8080"]
    }
  }
}

# Policies isolate frontend: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "frontend_out_03e0719b" {
  rule_name       = "frontend-out-03e0719b"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate frontend: whatever they do not admit is refu..."
  direction       = "EGRESS"
  priority        = 957600
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.frontend_out_db2d271d,
    google_compute_network_firewall_policy_rule.frontend_out_4dcd6412,
  ]

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    dest_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

# Policies isolate frontend: whatever they do not admit is refused (egress)
resource "google_compute_network_firewall_policy_rule" "frontend_out_611833fd" {
  rule_name       = "frontend-out-611833fd"
  firewall_policy = google_compute_network_firewall_policy.crosswall.name
  description     = "Policies isolate frontend: whatever they do not admit is refu..."
  direction       = "EGRESS"
  priority        = 941070
  action          = "deny"
  depends_on = [
    google_compute_network_firewall_policy_rule.frontend_out_db2d271d,
    google_compute_network_firewall_policy_rule.frontend_out_4dcd6412,
  ]

  target_secure_tags {
    name = var.secure_tags["frontend"]
  }

  match {
    dest_ip_ranges = ["::/0"]

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

resource "google_compute_network_firewall_policy_association" "crosswall" {
  name              = "crosswall"
  firewall_policy   = google_compute_network_firewall_policy.crosswall.name
  attachment_target = var.network
  depends_on = [
    google_compute_network_firewall_policy_rule.backend_in_e81b6837,
    google_compute_network_firewall_policy_rule.backend_in_1cb89d60,
    google_compute_network_firewall_policy_rule.backend_in_35401c22,
    google_compute_network_firewall_policy_rule.backend_out_80de32e1,
    google_compute_network_firewall_policy_rule.backend_out_44b1ddf5,
    google_compute_network_firewall_policy_rule.backend_out_2e26393a,
    google_compute_network_firewall_policy_rule.backend_out_742c94df,
    google_compute_network_firewall_policy_rule.db_in_8c802003,
    google_compute_network_firewall_policy_rule.db_in_a6b7079c,
    google_compute_network_firewall_policy_rule.db_in_cf94e4b0,
    google_compute_network_firewall_policy_rule.db_out_ec57803c,
    google_compute_network_firewall_policy_rule.db_out_22156c12,
    google_compute_network_firewall_policy_rule.frontend_in_535a9164,
    google_compute_network_firewall_policy_rule.frontend_in_26e49a62,
    google_compute_network_firewall_policy_rule.frontend_in_04e6c3ce,
    google_compute_network_firewall_policy_rule.frontend_in_44b2642d,
    google_compute_network_firewall_policy_rule.frontend_out_db2d271d,
    google_compute_network_firewall_policy_rule.frontend_out_4dcd6412,
    google_compute_network_firewall_policy_rule.frontend_out_03e0719b,
    google_compute_network_firewall_policy_rule.frontend_out_611833fd,
  ]
}
