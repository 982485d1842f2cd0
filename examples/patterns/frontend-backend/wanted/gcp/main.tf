# Written by crosswall. Changes are overwritten.

# NetworkPolicy demo/backend
resource "google_compute_firewall" "demo_backend_in_91e473c3" {
  name        = "demo-backend-in-91e473c3"
  project     = "demo"
  network     = "demo"
  description = "NetworkPolicy demo/backend [managed-by: crosswall]"
  direction   = "INGRESS"
  priority    = 800
  target_tags = ["demo-backend"]
  source_tags = ["demo-frontend"]

  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}

# Policies isolate demo-backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_backend_in_26b895b2" {
  name          = "demo-backend-in-26b895b2"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-backend"]
  source_ranges = ["0.0.0.0/0"]
  depends_on    = [google_compute_firewall.demo_backend_in_91e473c3]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-backend: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_backend_in_48a015d8" {
  name          = "demo-backend-in-48a015d8"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-backend: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-backend"]
  source_ranges = ["::/0"]
  depends_on    = [google_compute_firewall.demo_backend_in_91e473c3]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_backend_out_3fa4f106" {
  name               = "demo-backend-out-3fa4f106"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-backend"]
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-backend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_backend_out_7d2162f4" {
  name               = "demo-backend-out-7d2162f4"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-backend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-backend"]
  destination_ranges = ["::/0"]

  deny {
    protocol = "all"
  }
}

# No policy isolates demo-frontend in this direction
resource "google_compute_firewall" "demo_frontend_in_6656dd29" {
  name          = "demo-frontend-in-6656dd29"
  project       = "demo"
  network       = "demo"
  description   = "No policy isolates demo-frontend in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["demo-frontend"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

# NetworkPolicy demo/frontend
resource "google_compute_firewall" "demo_frontend_out_5760f6fa" {
  name               = "demo-frontend-out-5760f6fa"
  project            = "demo"
  network            = "demo"
  description        = "NetworkPolicy demo/frontend [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["demo-frontend"]
  destination_ranges = ["10.1.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}

# Policies isolate demo-frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_frontend_out_5d3c3ae0" {
  name               = "demo-frontend-out-5d3c3ae0"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-frontend"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on         = [google_compute_firewall.demo_frontend_out_5760f6fa]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-frontend: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_frontend_out_b16db447" {
  name               = "demo-frontend-out-b16db447"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-frontend: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-frontend"]
  destination_ranges = ["::/0"]
  depends_on         = [google_compute_firewall.demo_frontend_out_5760f6fa]

  deny {
    protocol = "all"
  }
}
