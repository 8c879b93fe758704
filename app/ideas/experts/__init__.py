"""Experts (기업 주치의): designated by coordinators and operators, invited into ideas by their authors."""
