# Written by crosswall. Changes are overwritten.

# Policies isolate demo-api: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_api_in_9526d72e" {
  name          = "demo-api-in-9526d72e"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-api: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-api"]
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-api: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_api_in_c482afc5" {
  name          = "demo-api-in-c482afc5"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-api: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-api"]
  source_ranges = ["::/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-api: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_api_out_10594508" {
  name               = "demo-api-out-10594508"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-api: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-api"]
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-api: whatever they do not admit is refused (egress)
resource "google_compute_firewall" "demo_api_out_422e1758" {
  name               = "demo-api-out-422e1758"
  project            = "demo"
  network            = "demo"
  description        = "Policies isolate demo-api: whatever they do not admit is refused (egress) [managed-by: crosswall]"
  direction          = "EGRESS"
  priority           = 900
  target_tags        = ["demo-api"]
  destination_ranges = ["::/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-web: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_web_in_87823b1a" {
  name          = "demo-web-in-87823b1a"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-web: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-web"]
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

# Policies isolate demo-web: whatever they do not admit is refused (ingress)
resource "google_compute_firewall" "demo_web_in_7fad2fc7" {
  name          = "demo-web-in-7fad2fc7"
  project       = "demo"
  network       = "demo"
  description   = "Policies isolate demo-web: whatever they do not admit is refused (ingress) [managed-by: crosswall]"
  direction     = "INGRESS"
  priority      = 900
  target_tags   = ["demo-web"]
  source_ranges = ["::/0"]

  deny {
    protocol = "all"
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

  deny {
    protocol = "all"
  }
}
