# Written by crosswall. Changes are overwritten.

# NetworkPolicy shop/backend
resource "google_compute_firewall" "backend_in_d98cd317" {
  name        = "backend-in-d98cd317"
  network     = "projects/shop/global/networks/main"
  description = "NetworkPolicy shop/backend [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["backend"]
  source_tags = ["frontend"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "backend_in_e7d480ca" {
  name          = "backend-in-e7d480ca"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["backend"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.backend_in_d98cd317]

  deny {
    protocol = "all"
  }
}

# Policies isolate backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "backend_in_0b49fbfb" {
  name          = "backend-in-0b49fbfb"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["backend"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.backend_in_d98cd317]

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
resource "google_compute_firewall" "db_in_9e576810" {
  name        = "db-in-9e576810"
  network     = "projects/shop/global/networks/main"
  description = "NetworkPolicy shop/db [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["db"]
  source_tags = ["backend"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate db: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "db_in_d832f3ba" {
  name          = "db-in-d832f3ba"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate db: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["db"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.db_in_9e576810]

  deny {
    protocol = "all"
  }
}

# Policies isolate db: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "db_in_df0d31d0" {
  name          = "db-in-df0d31d0"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate db: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["db"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.db_in_9e576810]

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
resource "google_compute_firewall" "frontend_in_2e831c89" {
  name          = "frontend-in-2e831c89"
  network       = "projects/shop/global/networks/main"
  description   = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["frontend"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# NetworkPolicy shop/frontend
resource "google_compute_firewall" "frontend_in_084eb6a0" {
  name          = "frontend-in-084eb6a0"
  network       = "projects/shop/global/networks/main"
  description   = "NetworkPolicy shop/frontend [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["frontend"]
  source_ranges = ["::/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "frontend_in_5370088a" {
  name          = "frontend-in-5370088a"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["frontend"]
  source_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.frontend_in_2e831c89,
    google_compute_firewall.frontend_in_084eb6a0,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate frontend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "frontend_in_020265ff" {
  name          = "frontend-in-020265ff"
  network       = "projects/shop/global/networks/main"
  description   = "Policies isolate frontend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["frontend"]
  source_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.frontend_in_2e831c89,
    google_compute_firewall.frontend_in_084eb6a0,
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
