"""How answers and documents look in the chat."""
