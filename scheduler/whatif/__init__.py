"""What if: scenarios beside a base, solved alike and set side by side."""
