"""The endpoints of the two systems that Museclock grew from, by their own paths and bodies."""
