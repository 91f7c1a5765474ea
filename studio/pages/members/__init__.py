"""Who pays by the month, what each brought, and how many leave."""
