"""What making the App consists of: its manifest, its credentials, where they are kept.

It knows neither pages nor visitors.
"""
