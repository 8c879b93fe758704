"""Links between consortia: proposed by one side, agreed by the other, ended by either."""
