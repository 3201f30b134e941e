"""The actual side: what AWS answers, and what it would not say."""
