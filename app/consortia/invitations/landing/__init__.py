"""The page that the link of an invitation opens where the app is not installed, or in a browser."""
