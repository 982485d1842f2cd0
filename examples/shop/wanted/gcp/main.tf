# Written by crosswall. Changes are overwritten.

# No policy isolates kube-system-coredns in this direction
resource "google_compute_firewall" "kube_system_coredns_in_89019798" {
  name          = "kube-system-coredns-in-89019798"
  project       = "shop-prod"
  network       = "shop"
  description   = "No policy isolates kube-system-coredns in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["kube-system-coredns"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "shop_backend_in_15265e82" {
  name        = "shop-backend-in-15265e82"
  project     = "shop-prod"
  network     = "shop"
  description = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["shop-backend"]
  source_tags = ["shop-frontend"]

  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}

# Policies isolate shop-backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_backend_in_040ac116" {
  name          = "shop-backend-in-040ac116"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-backend"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.shop_backend_in_15265e82]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_backend_in_8e11d9e7" {
  name          = "shop-backend-in-8e11d9e7"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-backend"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.shop_backend_in_15265e82]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "shop_backend_out_316baf41" {
  name               = "shop-backend-out-316baf41"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-backend"]
  destination_ranges = ["203.0.113.0/25"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# NetworkPolicy shop/dns
resource "google_compute_firewall" "shop_backend_out_f3fe69ed" {
  name               = "shop-backend-out-f3fe69ed"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/dns [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-backend"]
  destination_ranges = ["10.0.2.128/25"]

  allow {
    protocol = "tcp"
    ports    = ["53"]
  }

  allow {
    protocol = "udp"
    ports    = ["53"]
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "shop_backend_out_a19a23fc" {
  name               = "shop-backend-out-a19a23fc"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-backend"]
  destination_ranges = ["10.0.3.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate shop-backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_backend_out_af820b08" {
  name               = "shop-backend-out-af820b08"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-backend"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.shop_backend_out_316baf41,
    google_compute_firewall.shop_backend_out_f3fe69ed,
    google_compute_firewall.shop_backend_out_a19a23fc,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_backend_out_0554a13a" {
  name               = "shop-backend-out-0554a13a"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-backend"]
  destination_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.shop_backend_out_316baf41,
    google_compute_firewall.shop_backend_out_f3fe69ed,
    google_compute_firewall.shop_backend_out_a19a23fc,
  ]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/database
resource "google_compute_firewall" "shop_database_in_36ba44e9" {
  name        = "shop-database-in-36ba44e9"
  project     = "shop-prod"
  network     = "shop"
  description = "NetworkPolicy shop/database [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["shop-database"]
  source_tags = ["shop-backend"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate shop-database: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_database_in_5149f77e" {
  name          = "shop-database-in-5149f77e"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-database: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-database"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.shop_database_in_36ba44e9]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-database: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_database_in_26a552e3" {
  name          = "shop-database-in-26a552e3"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-database: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-database"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.shop_database_in_36ba44e9]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/dns
resource "google_compute_firewall" "shop_database_out_b7f1d554" {
  name               = "shop-database-out-b7f1d554"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/dns [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-database"]
  destination_ranges = ["10.0.2.128/25"]

  allow {
    protocol = "tcp"
    ports    = ["53"]
  }

  allow {
    protocol = "udp"
    ports    = ["53"]
  }
}

# Policies isolate shop-database: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_database_out_63e7419c" {
  name               = "shop-database-out-63e7419c"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-database: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-database"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on         = [google_compute_firewall.shop_database_out_b7f1d554]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-database: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_database_out_3a6b5044" {
  name               = "shop-database-out-3a6b5044"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-database: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-database"]
  destination_ranges = ["::/0"]
  depends_on         = [google_compute_firewall.shop_database_out_b7f1d554]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "shop_frontend_in_776418b5" {
  name          = "shop-frontend-in-776418b5"
  project       = "shop-prod"
  network       = "shop"
  description   = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["shop-frontend"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# Policies isolate shop-frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_frontend_in_1e29677b" {
  name          = "shop-frontend-in-1e29677b"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-frontend"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.shop_frontend_in_776418b5]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "shop_frontend_in_c72d2806" {
  name          = "shop-frontend-in-c72d2806"
  project       = "shop-prod"
  network       = "shop"
  description   = "Policies isolate shop-frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["shop-frontend"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.shop_frontend_in_776418b5]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/dns
resource "google_compute_firewall" "shop_frontend_out_58ef7f94" {
  name               = "shop-frontend-out-58ef7f94"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/dns [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-frontend"]
  destination_ranges = ["10.0.2.128/25"]

  allow {
    protocol = "tcp"
    ports    = ["53"]
  }

  allow {
    protocol = "udp"
    ports    = ["53"]
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "shop_frontend_out_e8961f92" {
  name               = "shop-frontend-out-e8961f92"
  project            = "shop-prod"
  network            = "shop"
  description        = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["shop-frontend"]
  destination_ranges = ["10.0.2.0/25"]

  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}

# Policies isolate shop-frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_frontend_out_c4ee5916" {
  name               = "shop-frontend-out-c4ee5916"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-frontend"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.shop_frontend_out_58ef7f94,
    google_compute_firewall.shop_frontend_out_e8961f92,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate shop-frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "shop_frontend_out_89a13620" {
  name               = "shop-frontend-out-89a13620"
  project            = "shop-prod"
  network            = "shop"
  description        = "Policies isolate shop-frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["shop-frontend"]
  destination_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.shop_frontend_out_58ef7f94,
    google_compute_firewall.shop_frontend_out_e8961f92,
  ]

  deny {
    protocol = "all"
  }
}
