"""Who may, why, and on what terms: the Local Green Deal."""
