"""What an operator of the own node decides: verifications and reports. The node alone knows who may."""
