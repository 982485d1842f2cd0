# Written by crosswall. Changes are overwritten.

# No policy isolates demo-backend in this direction
resource "google_compute_firewall" "demo_backend_in_57a113d0" {
  name          = "demo-backend-in-57a113d0"
  project       = "demo"
  network       = "demo"
  description   = "No policy isolates demo-backend in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["demo-backend"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

# No policy isolates demo-batch in this direction
resource "google_compute_firewall" "demo_batch_in_0c244c4d" {
  name          = "demo-batch-in-0c244c4d"
  project       = "demo"
  network       = "demo"
  description   = "No policy isolates demo-batch in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["demo-batch"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

# NetworkPolicy demo/database
resource "google_compute_firewall" "demo_database_in_9b8485f7" {
  name        = "demo-database-in-9b8485f7"
  project     = "demo"
  network     = "demo"
  description = "NetworkPolicy demo/database [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["demo-database"]
  source_tags = ["demo-backend"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# NetworkPolicy demo/database
resource "google_compute_firewall" "demo_database_in_e253b943" {
  name        = "demo-database-in-e253b943"
  project     = "demo"
  network     = "demo"
  description = "NetworkPolicy demo/database [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["demo-database"]
  source_tags = ["demo-database"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate demo-database: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_database_in_d3f387de" {
  name          = "demo-database-in-d3f387de"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-database: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-database"]
  source_ranges = ["0.0.0.0/0"]
  depends_on = [
    google_compute_firewall.demo_database_in_9b8485f7,
    google_compute_firewall.demo_database_in_e253b943,
  ]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-database: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_database_in_846bebba" {
  name          = "demo-database-in-846bebba"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-database: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-database"]
  source_ranges = ["::/0"]
  depends_on = [
    google_compute_firewall.demo_database_in_9b8485f7,
    google_compute_firewall.demo_database_in_e253b943,
  ]

  deny {
    protocol = "all"
  }
}

# NetworkPolicy demo/database
resource "google_compute_firewall" "demo_database_out_a3d5a3e8" {
  name               = "demo-database-out-a3d5a3e8"
  project            = "demo"
  network            = "demo"
  description        = "NetworkPolicy demo/database [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["demo-database"]
  destination_ranges = ["10.1.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Policies isolate demo-database: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_database_out_3cf3a444" {
  name               = "demo-database-out-3cf3a444"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-database: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-database"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on         = [google_compute_firewall.demo_database_out_a3d5a3e8]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-database: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_database_out_10a5a46e" {
  name               = "demo-database-out-10a5a46e"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-database: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-database"]
  destination_ranges = ["::/0"]
  depends_on         = [google_compute_firewall.demo_database_out_a3d5a3e8]

  deny {
    protocol = "all"
  }
}
