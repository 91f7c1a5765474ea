"""HTTP manners that all sides share: failures are problem bodies, answers are typed."""
