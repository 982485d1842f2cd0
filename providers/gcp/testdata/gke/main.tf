# Written by crosswall. Changes are overwritten.

# NetworkPolicy shop/backend
resource "google_compute_firewall" "backend_in_8253addc" {
  name               = "backend-in-8253addc"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 800
  target_tags        = ["backend"]
  source_ranges      = ["10.0.1.0/24"]
  destination_ranges = ["10.0.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "backend_in_5e7fc99c" {
  name               = "backend-in-5e7fc99c"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 800
  target_tags        = ["backend"]
  source_ranges      = ["2001:db8:1::/64"]
  destination_ranges = ["2001:db8:2::/64"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "backend_in_27f04c0c" {
  name               = "backend-in-27f04c0c"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 900
  target_tags        = ["backend"]
  source_ranges      = ["0.0.0.0/0"]
  destination_ranges = ["10.0.2.0/24"]
  depends_on = [
    google_compute_firewall.backend_in_8253addc,
    google_compute_firewall.backend_in_5e7fc99c,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "backend_in_d08d07cc" {
  name               = "backend-in-d08d07cc"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 900
  target_tags        = ["backend"]
  source_ranges      = ["::/0"]
  destination_ranges = ["2001:db8:2::/64"]
  depends_on = [
    google_compute_firewall.backend_in_8253addc,
    google_compute_firewall.backend_in_5e7fc99c,
  ]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "backend_out_6730cac8" {
  name               = "backend-out-6730cac8"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["backend"]
  destination_ranges = ["192.0.2.0/25", "192.0.2.192/26"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }

  allow {
    protocol = "udp"
    ports    = ["443"]
  }
}

# NetworkPolicy shop/backend
resource "google_compute_firewall" "backend_out_9ae61715" {
  name               = "backend-out-9ae61715"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["backend"]
  destination_ranges = ["10.0.3.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "backend_out_614cdfaf" {
  name               = "backend-out-614cdfaf"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["backend"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.backend_out_6730cac8,
    google_compute_firewall.backend_out_9ae61715,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "backend_out_876b4642" {
  name               = "backend-out-876b4642"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["backend"]
  destination_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.backend_out_6730cac8,
    google_compute_firewall.backend_out_9ae61715,
  ]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/db
resource "google_compute_firewall" "db_in_b433d055" {
  name               = "db-in-b433d055"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/db [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 800
  target_tags        = ["db"]
  source_ranges      = ["10.0.2.0/24"]
  destination_ranges = ["10.0.3.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate db: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "db_in_8942f80b" {
  name               = "db-in-8942f80b"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate db: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 900
  target_tags        = ["db"]
  source_ranges      = ["0.0.0.0/0"]
  destination_ranges = ["10.0.3.0/24"]
  depends_on         = [google_compute_firewall.db_in_b433d055]

  deny {
    protocol = "all"
  }
}

# Policies isolate db: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "db_out_175a3c04" {
  name               = "db-out-175a3c04"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate db: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["db"]
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate db: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "db_out_dfb670e1" {
  name               = "db-out-dfb670e1"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate db: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["db"]
  destination_ranges = ["::/0"]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "frontend_in_103df909" {
  name               = "frontend-in-103df909"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 800
  target_tags        = ["frontend"]
  source_ranges      = ["0.0.0.0/0"]
  destination_ranges = ["10.0.1.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "frontend_in_56cf4a9a" {
  name               = "frontend-in-56cf4a9a"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 800
  target_tags        = ["frontend"]
  source_ranges      = ["::/0"]
  destination_ranges = ["2001:db8:1::/64"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "frontend_in_d75b6c33" {
  name               = "frontend-in-d75b6c33"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 900
  target_tags        = ["frontend"]
  source_ranges      = ["0.0.0.0/0"]
  destination_ranges = ["10.0.1.0/24"]
  depends_on = [
    google_compute_firewall.frontend_in_103df909,
    google_compute_firewall.frontend_in_56cf4a9a,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "frontend_in_1b19acfd" {
  name               = "frontend-in-1b19acfd"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction          = "INGRESS"
  priority           = 900
  target_tags        = ["frontend"]
  source_ranges      = ["::/0"]
  destination_ranges = ["2001:db8:1::/64"]
  depends_on = [
    google_compute_firewall.frontend_in_103df909,
    google_compute_firewall.frontend_in_56cf4a9a,
  ]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "frontend_out_93ce843f" {
  name               = "frontend-out-93ce843f"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["frontend"]
  destination_ranges = ["10.0.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "frontend_out_1631784d" {
  name               = "frontend-out-1631784d"
  network            = "projects/shop/global/networks/main"
  description        = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["frontend"]
  destination_ranges = ["2001:db8:2::/64"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# Policies isolate frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "frontend_out_77bc3f66" {
  name               = "frontend-out-77bc3f66"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["frontend"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.frontend_out_93ce843f,
    google_compute_firewall.frontend_out_1631784d,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "frontend_out_efdcc761" {
  name               = "frontend-out-efdcc761"
  network            = "projects/shop/global/networks/main"
  description        = "Policies isolate frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["frontend"]
  destination_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.frontend_out_93ce843f,
    google_compute_firewall.frontend_out_1631784d,
  ]

  deny {
    protocol = "all"
  }
}
