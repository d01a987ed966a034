"""What leaves or enters the machine: the Hub, downloads, archives and exports."""
