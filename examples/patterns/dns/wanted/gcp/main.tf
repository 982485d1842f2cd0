# Written by crosswall. Changes are overwritten.

# No policy isolates demo-web in this direction
resource "google_compute_firewall" "demo_web_in_823525a0" {
  name          = "demo-web-in-823525a0"
  project       = "demo"
  network       = "demo"
  description   = "No policy isolates demo-web in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["demo-web"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}

# NetworkPolicy demo/dns
resource "google_compute_firewall" "demo_web_out_a264b1dc" {
  name               = "demo-web-out-a264b1dc"
  project            = "demo"
  network            = "demo"
  description        = "NetworkPolicy demo/dns [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 800
  target_tags        = ["demo-web"]
  destination_ranges = ["10.1.2.0/24"]

  allow {
    protocol = "tcp"
    ports    = ["53"]
  }

  allow {
    protocol = "udp"
    ports    = ["53"]
  }
}

# Policies isolate demo-web: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_web_out_7afae467" {
  name               = "demo-web-out-7afae467"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-web: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-web"]
  destination_ranges = ["0.0.0.0/0"]
  depends_on         = [google_compute_firewall.demo_web_out_a264b1dc]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-web: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_web_out_86a9827e" {
  name               = "demo-web-out-86a9827e"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-web: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-web"]
  destination_ranges = ["::/0"]
  depends_on         = [google_compute_firewall.demo_web_out_a264b1dc]

  deny {
    protocol = "all"
  }
}

# No policy isolates kube-system-coredns in this direction
resource "google_compute_firewall" "kube_system_coredns_in_1c020f79" {
  name          = "kube-system-coredns-in-1c020f79"
  project       = "demo"
  network       = "demo"
  description   = "No policy isolates kube-system-coredns in this direction [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 800
  target_tags   = ["kube-system-coredns"]
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "all"
  }
}
