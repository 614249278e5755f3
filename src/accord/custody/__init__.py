"""What is kept of content: sealed, masked, for as long as it must, and erased with proof."""
